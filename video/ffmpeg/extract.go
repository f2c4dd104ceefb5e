package ffmpeg

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"lucarne/platform/fault"
)

// Captions writes a text subtitle stream of the source as WebVTT.
func Captions(src Source, subtitle Stream, path string) (Command, error) {
	if !textSubtitles[subtitle.Codec] {
		return Command{}, fault.New(fault.Unsupported, "These subtitles are pictures, not text")
	}
	args := append(input(src.Path), "-map", streamOf(subtitle), "-c:s", "webvtt")
	return Command{Args: append(args, output("webvtt", path)...), Duration: src.Probe.Duration}, nil
}

// Mux writes the picture of one file and the sound of another to w as one MP4, while it is read: nothing is kept on disk.
// Either path may be empty, which leaves that part out; both may be the same file.
func Mux(videoPath, audioPath string, w io.Writer) (Command, error) {
	var args, maps []string
	add := func(path, kind string) {
		if path == "" {
			return
		}
		maps = append(maps, "-map", label("", len(maps)/2)+":"+kind+":0")
		args = append(args, input(path)...)
	}
	add(videoPath, "v")
	add(audioPath, "a")
	if len(maps) == 0 {
		return Command{}, fault.New(fault.Invalid, "There is neither picture nor sound to download")
	}
	args = append(append(args, maps...), "-c", "copy")
	args = append(args, fragments(videoPath != "", "")...)
	return Command{Args: append(args, "-f", "mp4", "pipe:1"), Output: w}, nil
}

// Join copies files of our own making one after the other into one fragmented MP4. They have the same tracks. done removes the list the
// command reads.
func Join(paths []string, to string, hasVideo bool) (c Command, done func(), err error) {
	list, err := os.CreateTemp(filepath.Dir(to), "join-*.txt")
	if err != nil {
		return Command{}, nil, fault.New(fault.Unavailable, "The files cannot be joined").Because(err)
	}
	defer list.Close()
	done = func() { os.Remove(list.Name()) }
	for _, path := range paths {
		quoted := strings.ReplaceAll(path, "'", `'\''`) // as av_get_token reads it
		if _, err := fmt.Fprintf(list, "file 'file:%s'\n", quoted); err != nil {
			done()
			return Command{}, nil, fault.New(fault.Unavailable, "The files cannot be joined").Because(err)
		}
	}
	args := []string{"-protocol_whitelist", "file", "-f", "concat", "-safe", "0", "-i", list.Name(), "-map", "0", "-c", "copy"}
	return Command{Args: append(args, fragmented(to, hasVideo)...)}, done, nil
}

package transcode

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/ffmpeg"
	"lucarne/video/hls"
	"lucarne/video/torrent"
)

// filesOf describes a fragmented file for HLS, and makes the progressive file beside it where that is wanted.
func (p *Pipeline) filesOf(ctx context.Context, w workpiece, e Encoding, r made, all []made) ([]video.NewFile, error) {
	var files []video.NewFile
	if e.Plan.WebVideos && !e.Plan.isSharedSound(r.Rendition) {
		web, err := p.webVideo(ctx, w, e, r, all)
		if err != nil {
			return nil, err
		}
		files = append(files, web)
	}
	if !e.Plan.HLS {
		return files, nil
	}
	streamed, err := p.streamed(ctx, w, e, r)
	return append(files, streamed), err
}

// streamed describes a rendition for HLS.
func (p *Pipeline) streamed(ctx context.Context, w workpiece, e Encoding, r made) (video.NewFile, error) {
	n := e.named(r.Rendition, video.HLS)
	n.IsHLS, n.Path = true, r.path
	f, err := os.Open(r.path)
	if err != nil {
		return n.NewFile, err
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return n.NewFile, err
	}
	index, err := hls.Index(f, stat.Size(), hls.TargetDuration)
	if err != nil {
		return n.NewFile, err
	}
	n.describe(index)
	if n.MediaPlaylist, err = index.Playlist(n.Filename).MarshalText(); err != nil {
		return n.NewFile, err
	}
	if n.Segments, err = digests(f, n.Filename, index.Segments); err != nil {
		return n.NewFile, err
	}
	return n.NewFile, p.complete(ctx, w, &n.NewFile)
}

// named is a new file with its names. They follow from the run, so that a job that runs twice writes the same files.
type named struct{ video.NewFile }

func (e Encoding) named(r Rendition, kind video.RenditionKind) named {
	space, err := uuid.Parse(e.Run)
	if err != nil {
		space = uuid.NameSpaceOID
	}
	id := uuid.NewSHA1(space, fmt.Appendf(nil, "%s %d", kind, r.Resolution)).String()
	base := fmt.Sprintf("%s-%d", id, r.Resolution)
	n := named{video.NewFile{File: video.File{
		Resolution: r.Resolution, Width: r.Width, Height: r.Height, FPS: r.FPS(), Extname: ".mp4", HasVideo: r.HasVideo(), HasAudio: r.HasAudio(),
	}}}
	if kind == video.HLS {
		n.Filename, n.PlaylistFilename, n.TorrentFilename = base+"-fragmented.mp4", base+".m3u8", base+"-hls.torrent"
	} else {
		n.Filename, n.TorrentFilename = base+".mp4", base+".torrent"
	}
	return n
}

// describe takes from the file itself what it turned out to be.
func (n *named) describe(f hls.File) {
	n.Size, n.Codecs = f.Size, f.Codecs()
	n.Bandwidth, n.AverageBandwidth = int(f.PeakBandwidth()), int(f.AverageBandwidth())
	n.HasVideo, n.HasAudio = f.Video != nil, f.Audio != nil
	if f.Video != nil {
		n.Width, n.Height = f.Video.Width, f.Video.Height
	}
}

// digests gives the hashes of one file's segments as segments-sha256.json holds them.
func digests(f *os.File, name string, segments []hls.Segment) (json.RawMessage, error) {
	digest, err := hls.Digest(f, name, segments)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(hls.Digests{digest})
	if err != nil {
		return nil, err
	}
	var byFile map[string]json.RawMessage
	if err := json.Unmarshal(text, &byFile); err != nil {
		return nil, err
	}
	return byFile[name], nil
}

// complete adds what is known of every file: ffprobe's view and the torrent's pieces.
func (p *Pipeline) complete(ctx context.Context, w workpiece, n *video.NewFile) error {
	probe, err := p.o.Tools.Probe(ctx, n.Path)
	if err != nil {
		return err
	}
	n.Metadata, n.Size = probe.Raw, probe.Size
	f, err := os.Open(n.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	if n.Size > torrent.MaxSize {
		n.TorrentFilename = ""
		return nil
	}
	n.Torrent, err = torrent.Hashed(f, torrentName(w.video.Name, *n), n.Size)
	return err
}

// torrentName is what a downloaded file is called: the video's name without what cannot stand in one.
func torrentName(name string, n video.NewFile) string {
	clean := strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, name)
	clean = strings.TrimLeft(clean, ". ")
	return fmt.Sprintf("%s %dp%s", clean, n.Resolution, n.Extname)
}

// webVideo makes the progressive file of a rendition, with the shared sound where it has none of its own.
func (p *Pipeline) webVideo(ctx context.Context, w workpiece, e Encoding, r made, all []made) (video.NewFile, error) {
	n := e.named(r.Rendition, video.WebVideo)
	from := r.path
	if e.Plan.sharesSound() {
		var err error
		if from, err = p.withSound(ctx, w, r, all); err != nil {
			return n.NewFile, err
		}
		defer os.Remove(from)
		n.HasAudio = true
	}
	probe, err := p.o.Tools.Probe(ctx, from)
	if err != nil {
		return n.NewFile, err
	}
	n.Path = filepath.Join(w.folder, fmt.Sprintf("%d-web.mp4", r.Resolution))
	if err := p.o.Tools.Run(ctx, ffmpeg.Progressive(ffmpeg.Source{Path: from, Probe: probe}, n.Path)); err != nil {
		return n.NewFile, err
	}
	if stream, ok := probe.Video(); ok {
		n.Width, n.Height = stream.Picture.Width, stream.Picture.Height
	}
	return n.NewFile, p.complete(ctx, w, &n.NewFile)
}

// withSound joins a picture with the shared sound: made in this pass, or in an earlier one.
func (p *Pipeline) withSound(ctx context.Context, w workpiece, r made, all []made) (string, error) {
	to := r.path + ".joined"
	for _, other := range all {
		if !other.HasVideo() && other.failure == nil {
			return p.join(ctx, r.path, other.path, to)
		}
	}
	sound, err := p.o.Files.SharedSound(ctx, w.video.ID, w.folder)
	if err != nil {
		return "", err
	}
	defer sound.Release()
	return p.join(ctx, r.path, sound.Paths[0], to)
}

// join writes the picture of one file and the sound of another as one.
func (p *Pipeline) join(ctx context.Context, picture, sound, path string) (string, error) {
	out, err := os.Create(path)
	if err != nil {
		return "", fault.New(fault.Unavailable, "The file cannot be kept").Because(err)
	}
	defer out.Close()
	command, err := ffmpeg.Mux(picture, sound, out)
	if err != nil {
		return "", err
	}
	return path, p.o.Tools.Run(ctx, command)
}

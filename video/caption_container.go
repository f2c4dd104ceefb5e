package video

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/text/language"

	"lucarne/platform/constant"
	"lucarne/platform/db"
	"lucarne/video/ffmpeg"
	"lucarne/video/subtitle"
)

// maxContained bounds the captions taken from one file: each is a run of ffmpeg over all of it.
const maxContained = 16

// AddFromContainer keeps the text subtitles inside an uploaded file as captions, in the languages the video has none yet. A stream whose
// language is not told is taken to be in the video's. What cannot be read is left out; taken tells how many were kept.
func (c *Captions) AddFromContainer(ctx context.Context, id ID, src ffmpeg.Source) (taken int, err error) {
	db.NotInTransaction(ctx, "reading subtitles of a file")
	of, err := getBare(ctx, c.o.DB, id)
	if err != nil {
		return 0, err
	}
	present, err := c.List(ctx, id)
	if err != nil {
		return 0, err
	}
	for spoken, stream := range containedIn(src.Probe, of.Language, present) {
		if err := c.addStream(ctx, of, src, stream, spoken); err != nil {
			if ctx.Err() != nil {
				return taken, err
			}
			c.o.Logger.Warn("subtitles of an uploaded file were left out", "video", id, "language", spoken, "error", err)
			continue
		}
		taken++
	}
	return taken, nil
}

// containedIn chooses the first text stream of each language the video has no caption in.
func containedIn(probe ffmpeg.Probe, ofVideo string, present []Caption) map[string]ffmpeg.Stream {
	isThere := make(map[string]bool)
	for _, caption := range present {
		isThere[caption.Language] = true
	}
	chosen := make(map[string]ffmpeg.Stream)
	for _, stream := range probe.TextSubtitles() {
		spoken := captionLanguage(stream.Language, ofVideo)
		if _, taken := chosen[spoken]; spoken != "" && !taken && !isThere[spoken] && len(chosen) < maxContained {
			chosen[spoken] = stream
		}
	}
	return chosen
}

// captionLanguage finds the id of a container's tag, which is ISO 639-2 mostly: "fre" and "fra" are "fr". "" is none of ours.
func captionLanguage(tagged, otherwise string) string {
	if tagged == "" || tagged == "und" {
		return otherwise
	}
	tag, err := language.Parse(tagged)
	if err != nil {
		return ""
	}
	base, _ := tag.Base()
	for _, id := range []string{tag.String(), base.String()} {
		if constant.Languages().Has(id) {
			return id
		}
	}
	return ""
}

func (c *Captions) addStream(ctx context.Context, of Video, src ffmpeg.Source, stream ffmpeg.Stream, spoken string) error {
	file, err := c.o.Blobs.TempFile("caption-*.vtt")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	command, err := ffmpeg.Captions(src, stream, file.Name())
	if err != nil {
		return err
	}
	if err := c.o.Extractor.Run(ctx, command); err != nil {
		return err
	}
	document, err := subtitle.ParseAny(file)
	if err != nil {
		return err
	}
	if len(document.Cues) == 0 {
		return fmt.Errorf("the %s subtitles say nothing", spoken)
	}
	return c.keep(ctx, of, Caption{Language: spoken}, document)
}

package streamtest

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/Eyevinn/mp4ff/mp4"

	"lucarne/live/stream"
)

// Read takes a fragmented MP4 apart. Its edit lists are not looked at.
func Read(r io.Reader) (Clip, error) {
	file, err := mp4.DecodeFile(r)
	if err != nil {
		return Clip{}, err
	}
	if file.Init == nil {
		return Clip{}, fmt.Errorf("no fragmented MP4")
	}
	var clip Clip
	for _, trak := range file.Init.Moov.Traks {
		track, err := readTrack(trak)
		if err != nil {
			return Clip{}, err
		}
		clip.Tracks = append(clip.Tracks, track)
		if err := clip.readSamples(file, trak, track); err != nil {
			return Clip{}, err
		}
	}
	clip.sort()
	return clip, nil
}

func readTrack(trak *mp4.TrakBox) (stream.Track, error) {
	track := stream.Track{ID: int(trak.Tkhd.TrackID), Width: int(trak.Tkhd.Width >> 16), Height: int(trak.Tkhd.Height >> 16)}
	stsd := trak.Mdia.Minf.Stbl.Stsd
	var config mp4.Box
	switch {
	case stsd.AvcX != nil:
		track.Codec, config = stream.H264, stsd.AvcX.AvcC
	case stsd.HvcX != nil:
		track.Codec, config = stream.H265, stsd.HvcX.HvcC
	case stsd.Av01 != nil:
		track.Codec, config = stream.AV1, stsd.Av01.Av1C
	case stsd.Mp4a != nil:
		track.Codec, track.Config = stream.AAC, stsd.Mp4a.Esds.DecConfigDescriptor.DecSpecificInfo.DecConfig
		track.SampleRate, track.Channels = int(stsd.Mp4a.SampleRate), int(stsd.Mp4a.ChannelCount)
		return track, nil
	case stsd.Opus != nil:
		track.Codec, config = stream.Opus, stsd.Opus.Dops
		track.SampleRate, track.Channels = 48000, int(stsd.Opus.Dops.OutputChannelCount)
	default:
		return track, fmt.Errorf("track %d is of an unknown codec", track.ID)
	}
	var raw bytes.Buffer
	if err := config.Encode(&raw); err != nil {
		return track, err
	}
	track.Config = raw.Bytes()[8:]
	return track, nil
}

func (c *Clip) readSamples(file *mp4.File, trak *mp4.TrakBox, track stream.Track) error {
	scale := int64(trak.Mdia.Mdhd.Timescale)
	at := func(ticks int64) time.Duration {
		return time.Duration(ticks/scale)*time.Second + time.Duration(ticks%scale)*time.Second/time.Duration(scale)
	}
	defaults, ok := file.Init.Moov.Mvex.GetTrex(trak.Tkhd.TrackID)
	if !ok {
		return fmt.Errorf("track %d has no defaults", track.ID)
	}
	for _, segment := range file.Segments {
		for _, fragment := range segment.Fragments {
			samples, err := fragment.GetFullSamples(defaults)
			if err != nil {
				return err
			}
			for _, s := range samples {
				c.Samples = append(c.Samples, stream.Sample{
					Track: track.ID, DTS: at(int64(s.DecodeTime)), Offset: at(int64(s.CompositionTimeOffset)),
					IsKey: s.IsSync() || !track.Codec.IsVideo(), Data: s.Data,
				})
				c.Length = max(c.Length, at(int64(s.DecodeTime)+int64(s.Dur)))
			}
		}
	}
	return nil
}

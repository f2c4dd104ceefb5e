package encode

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/Eyevinn/mp4ff/mp4"

	"lucarne/live/stream"
)

// maxBox bounds a box that ffmpeg writes: a keyframe at 8K is below.
const maxBox = 32 << 20

// piece is a sample of a fragmented MP4, when it is shown or heard.
type piece struct {
	at    time.Duration
	isKey bool
	data  []byte
}

// readFragments takes the only track of a fragmented MP4 apart as it comes, until its end. Errors of the callbacks end it.
func readFragments(r io.Reader, start func(stream.Track) error, write func(piece) error) error {
	f := fragments{in: bufio.NewReaderSize(r, 64<<10), start: start, write: write}
	for {
		box, err := f.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = f.take(box)
		}
		if err != nil {
			return err
		}
	}
}

type fragments struct {
	in     *bufio.Reader
	at     uint64 // in the stream
	start  func(stream.Track) error
	write  func(piece) error
	movie  *mp4.MoovBox
	moof   *mp4.MoofBox
	length int64 // of a second, in the track's time scale
}

// next reads a box whole.
func (f *fragments) next() (mp4.Box, error) {
	header, err := f.in.Peek(8)
	if err != nil {
		if len(header) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	size := binary.BigEndian.Uint32(header)
	if size < 8 || size > maxBox {
		return nil, fmt.Errorf("box %q of %d bytes", header[4:], size)
	}
	whole := make([]byte, size)
	if _, err := io.ReadFull(f.in, whole); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	box, err := mp4.DecodeBox(f.at, bytes.NewReader(whole))
	f.at += uint64(size)
	return box, err
}

func (f *fragments) take(box mp4.Box) error {
	switch b := box.(type) {
	case *mp4.MoovBox:
		return f.begin(b)
	case *mp4.MoofBox:
		f.moof = b
	case *mp4.MdatBox:
		return f.samples(b)
	}
	return nil
}

func (f *fragments) begin(movie *mp4.MoovBox) error {
	if f.movie != nil || len(movie.Traks) != 1 || movie.Mvex == nil {
		return errors.New("not a fragmented MP4 of one track")
	}
	track, err := trackOf(movie.Traks[0])
	if err != nil {
		return err
	}
	f.movie, f.length = movie, int64(movie.Traks[0].Mdia.Mdhd.Timescale)
	return f.start(track)
}

var errUndescribed = errors.New("a track without a description")

func trackOf(trak *mp4.TrakBox) (stream.Track, error) {
	media := trak.Mdia
	if media == nil || media.Mdhd == nil || media.Mdhd.Timescale == 0 || media.Minf == nil || media.Minf.Stbl == nil || media.Minf.Stbl.Stsd == nil {
		return stream.Track{}, errUndescribed
	}
	stsd := media.Minf.Stbl.Stsd
	switch {
	case stsd.AvcX != nil && stsd.AvcX.AvcC != nil:
		var config bytes.Buffer
		if err := stsd.AvcX.AvcC.DecConfRec.Encode(&config); err != nil {
			return stream.Track{}, err
		}
		return stream.Track{
			ID: 1, Codec: stream.H264, Config: config.Bytes(), Width: int(stsd.AvcX.Width), Height: int(stsd.AvcX.Height),
		}, nil
	case stsd.Mp4a != nil:
		return stream.Track{ID: 1, Codec: stream.AAC, SampleRate: int(stsd.Mp4a.SampleRate), Channels: int(stsd.Mp4a.ChannelCount)}, nil
	}
	return stream.Track{}, errors.New("neither H.264 nor AAC came back")
}

// samples takes a fragment apart whose data lie one after the other, as ffmpeg writes them.
func (f *fragments) samples(mdat *mp4.MdatBox) error {
	if f.movie == nil || f.moof == nil || f.moof.Traf == nil || f.moof.Traf.Tfhd == nil || f.moof.Traf.Tfdt == nil {
		return errors.New("samples before their description")
	}
	traf, left := f.moof.Traf, mdat.Data
	f.moof = nil
	trex, _ := f.movie.Mvex.GetTrex(traf.Tfhd.TrackID)
	at := int64(traf.Tfdt.BaseMediaDecodeTime()) // before 0 for the start of what an AAC encoder makes
	for _, trun := range traf.Truns {
		trun.AddSampleDefaultValues(traf.Tfhd, trex)
		for _, s := range trun.Samples {
			if uint64(s.Size) > uint64(len(left)) {
				return errors.New("a sample beyond its data")
			}
			if err := f.write(piece{at: f.time(at + int64(s.CompositionTimeOffset)), isKey: s.IsSync(), data: left[:s.Size:s.Size]}); err != nil {
				return err
			}
			left = left[s.Size:]
			at += int64(s.Dur)
		}
	}
	return nil
}

func (f *fragments) time(ticks int64) time.Duration {
	return time.Duration(ticks/f.length)*time.Second + time.Duration(ticks%f.length)*time.Second/time.Duration(f.length)
}

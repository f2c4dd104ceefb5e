package hls

import (
	"errors"
	"fmt"

	"github.com/Eyevinn/mp4ff/hevc"
	"github.com/Eyevinn/mp4ff/mp4"
)

// track is what one trak of the moov says.
type track struct {
	id            uint32
	timescale     uint32
	isAudio       bool
	codec         string
	width, height int
	channels      int
	defaults      *mp4.TrexBox // nil when the moov has none for it
}

type tracks []track

// reference is the track whose timing cuts the file: the picture, else the sound.
func (ts tracks) reference() track {
	for _, t := range ts {
		if !t.isAudio {
			return t
		}
	}
	return ts[0]
}

func (ts tracks) video() *Video {
	t := ts.reference()
	if t.isAudio {
		return nil
	}
	return &Video{Codec: t.codec, Width: t.width, Height: t.height}
}

func (ts tracks) audio() *Audio {
	for _, t := range ts {
		if t.isAudio {
			return &Audio{Codec: t.codec, Channels: t.channels}
		}
	}
	return nil
}

// readTracks keeps the pictures and sounds whose codec a playlist can name. It fails when there are none.
func readTracks(moov *mp4.MoovBox) (tracks, error) {
	if len(moov.Traks) > maxTracks {
		return nil, errors.New("too many tracks")
	}
	var found tracks
	for _, trak := range moov.Traks {
		t, ok := readTrack(trak)
		if !ok {
			continue
		}
		t.defaults = sampleDefaults(moov, t.id)
		found = append(found, t)
	}
	if len(found) == 0 {
		return nil, errors.New("no track of a known codec")
	}
	return found, nil
}

func readTrack(trak *mp4.TrakBox) (track, bool) {
	if trak.Tkhd == nil || trak.Mdia == nil || trak.Mdia.Mdhd == nil || trak.Mdia.Mdhd.Timescale == 0 {
		return track{}, false
	}
	if trak.Mdia.Minf == nil || trak.Mdia.Minf.Stbl == nil || trak.Mdia.Minf.Stbl.Stsd == nil {
		return track{}, false
	}
	stsd := trak.Mdia.Minf.Stbl.Stsd
	t := track{
		id: trak.Tkhd.TrackID, timescale: trak.Mdia.Mdhd.Timescale,
		width: int(uint32(trak.Tkhd.Width) >> 16), height: int(uint32(trak.Tkhd.Height) >> 16), // 16.16 fixed point
	}
	if stsd.Mp4a != nil {
		t.isAudio, t.codec, t.channels = true, mp4aCodec(stsd.Mp4a), int(stsd.Mp4a.ChannelCount)
		return t, true
	}
	t.codec = videoCodec(stsd)
	return t, t.codec != ""
}

// videoCodec names the codec as RFC 6381 and its successors do; "" for one a playlist here never holds.
func videoCodec(stsd *mp4.StsdBox) string {
	switch {
	case stsd.AvcX != nil && stsd.AvcX.AvcC != nil:
		c := stsd.AvcX.AvcC
		return fmt.Sprintf("%s.%02x%02x%02x", stsd.AvcX.Type(), c.AVCProfileIndication, c.ProfileCompatibility, c.AVCLevelIndication)
	case stsd.HvcX != nil && stsd.HvcX.HvcC != nil:
		return hevcCodec(stsd.HvcX)
	case stsd.Av01 != nil && stsd.Av01.Av1C != nil:
		return av1Codec(stsd.Av01.Av1C)
	}
	return ""
}

// hevcCodec follows ISO/IEC 14496-15 Annex E, from the decoder configuration alone.
func hevcCodec(entry *mp4.VisualSampleEntryBox) string {
	var sps hevc.SPS
	sps.ProfileTierLevel.GeneralProfileSpace = entry.HvcC.GeneralProfileSpace
	sps.ProfileTierLevel.GeneralProfileIDC = entry.HvcC.GeneralProfileIDC
	sps.ProfileTierLevel.GeneralProfileCompatibilityFlags = entry.HvcC.GeneralProfileCompatibilityFlags
	sps.ProfileTierLevel.GeneralTierFlag = entry.HvcC.GeneralTierFlag
	sps.ProfileTierLevel.GeneralLevelIDC = entry.HvcC.GeneralLevelIDC
	sps.ProfileTierLevel.GeneralConstraintIndicatorFlags = entry.HvcC.GeneralConstraintIndicatorFlags
	return hevc.CodecString(entry.Type(), &sps)
}

// av1Codec follows the AV1 ISOBMFF binding, §5: av01.<profile>.<level><tier>.<bit depth>.
func av1Codec(c *mp4.Av1CBox) string {
	tier, depth := "M", 8
	if c.SeqTier0 == 1 {
		tier = "H"
	}
	switch {
	case c.TwelveBit == 1:
		depth = 12
	case c.HighBitdepth == 1:
		depth = 10
	}
	return fmt.Sprintf("av01.%d.%02d%s.%02d", c.SeqProfile, c.SeqLevelIdx0, tier, depth)
}

// mpeg4Audio is the object type of AAC in an MPEG-4 decoder configuration (ISO/IEC 14496-1).
const mpeg4Audio = 0x40

// mp4aCodec names the object type and, for MPEG-4 audio, the audio object type in the first five bits of its
// configuration. One that is missing is taken for AAC-LC, the only one ffmpeg's encoder makes.
func mp4aCodec(entry *mp4.AudioSampleEntryBox) string {
	object, audio := byte(mpeg4Audio), byte(2)
	if entry.Esds != nil && entry.Esds.DecConfigDescriptor != nil {
		descriptor := entry.Esds.DecConfigDescriptor
		object = descriptor.ObjectType
		if info := descriptor.DecSpecificInfo; info != nil && len(info.DecConfig) > 0 {
			audio = info.DecConfig[0] >> 3
		}
	}
	if object != mpeg4Audio {
		return fmt.Sprintf("mp4a.%02x", object)
	}
	return fmt.Sprintf("mp4a.40.%d", audio)
}

func sampleDefaults(moov *mp4.MoovBox, id uint32) *mp4.TrexBox {
	if moov.Mvex == nil {
		return nil
	}
	for _, trex := range moov.Mvex.Trexs {
		if trex.TrackID == id {
			return trex
		}
	}
	return nil
}

package ffmpeg

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// The answer of ffprobe -of json, as far as it is used.
type (
	answer struct {
		Format   formatAnswer    `json:"format"`
		Streams  []streamAnswer  `json:"streams"`
		Chapters []chapterAnswer `json:"chapters"`
	}
	formatAnswer struct {
		Name      string `json:"format_name"`
		Duration  string `json:"duration"`
		StartTime string `json:"start_time"`
		BitRate   string `json:"bit_rate"`
		Size      string `json:"size"`
	}
	chapterAnswer struct {
		Start string            `json:"start_time"`
		End   string            `json:"end_time"`
		Tags  map[string]string `json:"tags"`
	}
	streamAnswer struct {
		Index       int               `json:"index"`
		Kind        string            `json:"codec_type"`
		Codec       string            `json:"codec_name"`
		Profile     string            `json:"profile"`
		Level       int               `json:"level"`
		BitRate     string            `json:"bit_rate"`
		Duration    string            `json:"duration"`
		Width       int               `json:"width"`
		Height      int               `json:"height"`
		PixFmt      string            `json:"pix_fmt"`
		Bits        string            `json:"bits_per_raw_sample"`
		Aspect      string            `json:"sample_aspect_ratio"`
		FieldOrder  string            `json:"field_order"`
		Transfer    string            `json:"color_transfer"`
		AverageRate string            `json:"avg_frame_rate"`
		RealRate    string            `json:"r_frame_rate"`
		Channels    int               `json:"channels"`
		SampleRate  string            `json:"sample_rate"`
		Disposition map[string]int    `json:"disposition"`
		Tags        map[string]string `json:"tags"`
		SideData    []struct {
			Rotation json.Number `json:"rotation"`
		} `json:"side_data_list"`
	}
)

// parseProbe reads ffprobe's answer. It checks no limit but the number of chapters kept.
func parseProbe(text []byte, limits Limits) (Probe, error) {
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		return Probe{}, fmt.Errorf("read ffprobe's answer: %w", err)
	}
	raw, err := publicJSON(text)
	if err != nil {
		return Probe{}, err
	}
	p := Probe{
		Format: a.Format.Name, Duration: duration(a.Format.Duration), StartTime: duration(a.Format.StartTime),
		BitRate: integer(a.Format.BitRate), Size: integer(a.Format.Size), Raw: raw,
	}
	for _, s := range a.Streams {
		p.Streams = append(p.Streams, s.stream())
		if a.Format.Duration == "" {
			p.Duration = max(p.Duration, duration(s.Duration))
		}
	}
	for _, c := range a.Chapters[:min(len(a.Chapters), limits.Chapters)] {
		p.Chapters = append(p.Chapters, Chapter{Title: c.Tags["title"], Start: duration(c.Start), End: duration(c.End)})
	}
	return p, nil
}

func (a streamAnswer) stream() Stream {
	s := Stream{
		Index: a.Index, Kind: Kind(a.Kind), Codec: a.Codec, Profile: a.Profile, BitRate: integer(a.BitRate),
		Language: language(a.Tags["language"]), Title: a.Tags["title"],
		IsDefault: a.Disposition["default"] == 1, IsAttachedPicture: a.Disposition["attached_pic"] == 1,
	}
	if s.BitRate == 0 {
		s.BitRate = integer(a.Tags["BPS"]) // where mkvmerge notes it
	}
	switch s.Kind {
	case Video:
		s.Picture = a.picture()
	case Audio:
		s.Sound = Sound{Channels: a.Channels, SampleRate: int(integer(a.SampleRate))}
	}
	return s
}

func language(tag string) string {
	if tag == "und" {
		return ""
	}
	return tag
}

func (a streamAnswer) picture() Picture {
	p := Picture{
		PixelFormat: a.PixFmt, BitDepth: bitDepth(a.PixFmt, a.Bits), Rotation: a.rotation(),
		IsInterlaced: a.FieldOrder != "" && a.FieldOrder != "progressive" && a.FieldOrder != "unknown",
		Rate:         parseRate(a.AverageRate), RealRate: parseRate(a.RealRate), Level: max(0, a.Level),
	}
	p.Width, p.HasSquarePixels = displayedWidth(a.Width, a.Aspect)
	p.Height = a.Height
	if p.Rotation == 90 || p.Rotation == 270 {
		p.Width, p.Height = p.Height, p.Width
	}
	if p.Rate.IsZero() {
		p.Rate = p.RealRate
	}
	p.HasVariableRate = hasVariableRate(p)
	switch a.Transfer {
	case "smpte2084":
		p.Transfer = PQ
	case "arib-std-b67":
		p.Transfer = HLG
	}
	return p
}

// rateTolerance is how far the average may be from the real rate before timestamps are taken for uneven: the average of
// a short clip is off by its first and last frame.
const rateTolerance = 0.03

// hasVariableRate compares the two rates. Interlaced video tells fields as its real rate, which is not unevenness.
func hasVariableRate(p Picture) bool {
	average, base := p.Rate.Float(), p.RealRate.Float()
	if average == 0 || base == 0 {
		return false
	}
	if p.IsInterlaced && math.Abs(base/average-2) < rateTolerance {
		return false
	}
	return math.Abs(base/average-1) > rateTolerance
}

// rotation is the display matrix's angle, which turns counter-clockwise, or the older tag's, which turns clockwise.
func (a streamAnswer) rotation() int {
	degrees := number(a.Tags["rotate"])
	for _, side := range a.SideData {
		if side.Rotation != "" {
			degrees = -number(side.Rotation.String())
		}
	}
	quarters := int(math.Round(math.Mod(degrees, 360) / 90))
	return (quarters%4 + 4) % 4 * 90
}

// displayedWidth stretches the coded width by the sample aspect ratio ("4:3"); a ratio beyond reason is not believed.
func displayedWidth(width int, aspect string) (int, bool) {
	ratio := parseRate(strings.Replace(aspect, ":", "/", 1)).Float()
	if ratio < 0.1 || ratio > 10 || ratio == 1 || width <= 0 {
		return width, true
	}
	return max(1, int(math.Round(float64(width)*ratio))), false
}

func bitDepth(pixelFormat, bits string) int {
	if n := integer(bits); n > 0 && n <= 32 {
		return int(n)
	}
	for _, depth := range []int{16, 14, 12, 10, 9} {
		for _, end := range []string{"le", "be"} {
			if strings.HasSuffix(pixelFormat, "p"+strconv.Itoa(depth)+end) || strings.HasSuffix(pixelFormat, "p0"+strconv.Itoa(depth)+end) {
				return depth
			}
		}
	}
	return 8
}

// duration reads seconds; what is unknown or out of reason is 0.
func duration(s string) time.Duration {
	v := number(s)
	if math.Abs(v) > maxTime.Seconds() {
		return 0
	}
	return time.Duration(math.Round(v*1e6)) * time.Microsecond
}

func integer(s string) int64 {
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil || v < 0 {
		return 0
	}
	return v
}

// publicJSON is ffprobe's answer as it may be shown: without the file's path, with numbers as numbers outside tags.
func publicJSON(text []byte) (json.RawMessage, error) {
	var document map[string]any
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("read ffprobe's answer: %w", err)
	}
	if format, ok := document["format"].(map[string]any); ok {
		delete(format, "filename")
	}
	if document["chapters"] == nil {
		document["chapters"] = []any{}
	}
	return json.Marshal(numeric(document))
}

// numeric turns decimal strings into numbers, as PeerTube's answers have them ("duration", "bit_rate", …).
func numeric(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if key != "tags" {
				v[key] = numeric(value)
			}
		}
	case []any:
		for i := range v {
			v[i] = numeric(v[i])
		}
	case string:
		if isDecimal(v) {
			return json.Number(v)
		}
	}
	return v
}

// isDecimal accepts what JSON accepts as a number without exponent.
func isDecimal(s string) bool {
	whole, fraction, hasPoint := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if len(s) > 24 || !isDigits(whole) || hasPoint && !isDigits(fraction) {
		return false
	}
	return len(whole) == 1 || whole[0] != '0'
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

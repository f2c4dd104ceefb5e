package ffmpeg

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"lucarne/platform/fault"
)

// Hardware is a way to encode H.264: which device to open, how pictures reach it and how its encoder is told the rate.
// The zero value is software.
type Hardware struct {
	Name       string
	codec      string
	deviceArgs []string // before the input
	upload     []string // filters that end each picture's chain
	options    []string // of the encoder
}

// Software encodes by x264 on the processor.
func Software() Hardware { return Hardware{Name: "software"} }

// VAAPI encodes on Intel and AMD graphics under Linux. An empty device is the first render node.
func VAAPI(device string) Hardware {
	if device == "" {
		device = "/dev/dri/renderD128"
	}
	return Hardware{
		Name: "vaapi", codec: "h264_vaapi", deviceArgs: []string{"-vaapi_device", device},
		upload: []string{"format=nv12", "hwupload"}, options: []string{"-profile:v", "high", "-rc_mode", "VBR"},
	}
}

// NVENC encodes on NVIDIA graphics.
func NVENC() Hardware {
	return Hardware{
		Name: "nvenc", codec: "h264_nvenc",
		options: []string{"-profile:v", "high", "-preset", "p4", "-rc", "vbr", "-forced-idr", "1"},
	}
}

// QSV encodes on Intel graphics by Quick Sync.
func QSV() Hardware {
	return Hardware{
		Name: "qsv", codec: "h264_qsv", deviceArgs: []string{"-init_hw_device", "qsv=hw", "-filter_hw_device", "hw"},
		upload: []string{"format=nv12", "hwupload=extra_hw_frames=64"}, options: []string{"-profile:v", "high", "-preset", "medium", "-forced_idr", "1"},
	}
}

// HardwareByName finds a profile by the name a setting gives it; an empty name is software. An unknown one is fault.Invalid.
func HardwareByName(name, device string) (Hardware, error) {
	switch name {
	case "", "software", "default":
		return Software(), nil
	case "vaapi":
		return VAAPI(device), nil
	case "nvenc":
		return NVENC(), nil
	case "qsv":
		return QSV(), nil
	}
	return Hardware{}, fault.New(fault.Invalid, "There is no transcoding hardware called %q", name)
}

func (h Hardware) isSoftware() bool { return h.codec == "" }

// encoder is the codec with its rate and its fixed, closed groups of pictures.
func (h Hardware) encoder(v VideoOutput) []string {
	rate := strconv.FormatInt(v.BitRate, 10)
	limits := []string{"-maxrate", rate, "-bufsize", strconv.FormatInt(2*v.BitRate, 10)}
	if h.isSoftware() {
		args := []string{"-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-profile:v", "high", "-sc_threshold", "0", "-flags", "+cgop"}
		return append(append(args, limits...), keyframes(v.Rate)...)
	}
	args := append([]string{"-c:v", h.codec, "-b:v", rate}, h.options...)
	return append(append(args, limits...), keyframes(v.Rate)...)
}

// keyframes asks for one every KeyframeInterval of time, and no later by count for encoders that ignore the former.
func keyframes(rate Rate) []string {
	interval := KeyframeInterval.Seconds()
	args := []string{"-force_key_frames", fmt.Sprintf("expr:gte(t,n_forced*%g)", interval)}
	if rate.IsZero() {
		return args
	}
	return append(args, "-g", strconv.Itoa(int(math.Ceil(rate.Float()*interval))))
}

// detectTimeout bounds the trial of a device that hangs.
const detectTimeout = 20 * time.Second

// Detect reports whether the hardware can encode here and now, by encoding a few frames. Its error says why not, for
// the log of whoever falls back to Software.
func (t *Tools) Detect(ctx context.Context, h Hardware) error {
	codec := h.codec
	if h.isSoftware() {
		codec = "libx264"
	}
	has, err := t.Capabilities(ctx)
	if err != nil {
		return err
	}
	if !has.Encoders[codec] {
		return fault.New(fault.Unavailable, "This ffmpeg has no %s encoder", codec)
	}
	if err := t.Run(ctx, trial(h)); err != nil {
		return fault.New(fault.Unavailable, "ffmpeg has the %s encoder, but it does not work on this machine", codec).Because(err)
	}
	return nil
}

// trial encodes a fifth of a second of black and throws it away.
func trial(h Hardware) Command {
	v := VideoOutput{Mode: Encode, Width: 256, Height: 144, Rate: Rate{Num: 25, Den: 1}, BitRate: 500_000}
	args := append([]string{}, h.deviceArgs...)
	args = append(args, "-f", "lavfi", "-i", "color=black:s=256x144:r=25:d=0.2", "-vf", chain(outputFilters(v))+chain(h.upload)+"null")
	args = append(args, h.encoder(v)...)
	return Command{Args: append(args, "-f", "null", "-"), Timeout: detectTimeout}
}

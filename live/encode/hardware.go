package encode

import "lucarne/platform/fault"

// encoder is how H.264 is made with little delay: without pictures that wait for later ones, every forced keyframe an IDR picture.
type encoder struct {
	device []string // before the input
	upload string   // filters that end each picture's chain, after a comma
	codec  []string
	paces  bool // it is told a rate to hold rather than a quality with a ceiling
}

var software = encoder{codec: []string{
	"libx264", "-preset", "veryfast", "-tune", "zerolatency", "-crf", "23", "-profile:v", "high", "-sc_threshold", "0", "-flags", "+cgop", "-forced-idr", "1",
}}

// encoderOf finds an encoder by the name video/ffmpeg has for the hardware. An unknown one is fault.Invalid.
func encoderOf(name, device string) (encoder, error) {
	if device == "" {
		device = "/dev/dri/renderD128"
	}
	switch name {
	case "", "software", "default":
		return software, nil
	case "vaapi":
		return encoder{
			device: []string{"-vaapi_device", device}, upload: ",format=nv12,hwupload", paces: true,
			codec: []string{"h264_vaapi", "-profile:v", "high", "-rc_mode", "VBR", "-bf", "0", "-async_depth", "1"},
		}, nil
	case "nvenc":
		return encoder{paces: true, codec: []string{
			"h264_nvenc", "-profile:v", "high", "-preset", "p4", "-tune", "ll", "-zerolatency", "1", "-rc", "vbr", "-bf", "0", "-forced-idr", "1",
		}}, nil
	case "qsv":
		return encoder{
			device: []string{"-init_hw_device", "qsv=hw", "-filter_hw_device", "hw"}, upload: ",format=nv12,hwupload=extra_hw_frames=64", paces: true,
			codec: []string{"h264_qsv", "-profile:v", "high", "-preset", "medium", "-bf", "0", "-async_depth", "1", "-forced_idr", "1"},
		}, nil
	}
	return encoder{}, fault.New(fault.Invalid, "There is no transcoding hardware called %q", name)
}

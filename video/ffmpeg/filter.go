package ffmpeg

import (
	"fmt"
	"strings"
)

// ladderGraph is the filter graph from the source's picture to one labelled picture per encoded output; "" when nothing
// is encoded. What all outputs need (fields woven, light levels) is done once, at the largest size asked for.
func ladderGraph(src Source, outputs []Output, settings EncodeSettings) string {
	video, ok := src.Probe.Video()
	encoded := encodedOutputs(outputs)
	if !ok || len(encoded) == 0 {
		return ""
	}
	var graph strings.Builder
	fmt.Fprintf(&graph, "[%s]%ssplit=%d", streamOf(video), chain(sharedFilters(video.Picture, largest(outputs), settings)), len(encoded))
	for _, i := range encoded {
		fmt.Fprintf(&graph, "[in%d]", i)
	}
	for _, i := range encoded {
		filters := append(outputFilters(outputs[i].Video), settings.Hardware.upload...)
		fmt.Fprintf(&graph, ";[in%d]%s[out%d]", i, strings.Join(filters, ","), i)
	}
	return graph.String()
}

func encodedOutputs(outputs []Output) []int {
	var encoded []int
	for i, out := range outputs {
		if out.Video.Mode == Encode {
			encoded = append(encoded, i)
		}
	}
	return encoded
}

func largest(outputs []Output) VideoOutput {
	var most VideoOutput
	for _, out := range outputs {
		if out.Video.Mode == Encode && out.Video.Width*out.Video.Height > most.Width*most.Height {
			most = out.Video
		}
	}
	return most
}

// sharedFilters are applied before the picture is split.
func sharedFilters(p Picture, largest VideoOutput, settings EncodeSettings) []string {
	var filters []string
	if p.IsInterlaced {
		filters = append(filters, "yadif=deint=interlaced")
	}
	if p.IsHDR() && settings.ToneMap {
		// Scaled first: tone mapping computes in floating point, and there is no use in pixels nobody will see.
		filters = append(filters, scale(largest.Width, largest.Height))
		filters = append(filters, toneMap(p.Transfer)...)
	}
	return filters
}

// toneMap brings an HDR picture to BT.709. The source is stated rather than read: HDR10 and HLG are BT.2020 by
// definition (BT.2100), and files often leave the matrix or the primaries out, on which zscale gives up.
func toneMap(transfer Transfer) []string {
	in := "smpte2084"
	if transfer == HLG {
		in = "arib-std-b67"
	}
	return []string{
		"setparams=color_primaries=bt2020:color_trc=" + in + ":colorspace=bt2020nc:range=tv", "zscale=t=linear:npl=100", "format=gbrpf32le",
		"zscale=p=709", "tonemap=tonemap=hable:desat=0", "zscale=t=709:m=709:r=limited", "format=yuv420p",
	}
}

// outputFilters bring the picture to one output's rate, size and pixels. The fps filter also evens out variable rates.
func outputFilters(v VideoOutput) []string {
	filters := []string{scale(v.Width, v.Height), "setsar=1", "format=yuv420p"}
	if v.Rate.IsZero() {
		return filters
	}
	return append([]string{"fps=" + v.Rate.String()}, filters...)
}

func scale(width, height int) string { return fmt.Sprintf("scale=%d:%d:flags=bicubic", width, height) }

// chain joins filters that something follows.
func chain(filters []string) string {
	if len(filters) == 0 {
		return ""
	}
	return strings.Join(filters, ",") + ","
}

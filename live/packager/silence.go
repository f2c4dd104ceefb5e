package packager

import "lucarne/live/stream"

// aacFrame is how many samples a frame of AAC has (ISO/IEC 14496-3 §4.5.1.1), which are the ticks of a track of sound.
const aacFrame = 1024

// silenceOf is a silent frame of the track; nil where none is known.
func silenceOf(t *stream.Track) []byte { return aacSilence(channelConfiguration(t)) }

// channelConfiguration reads the AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1): five bits of object type, four of rate, four of
// channels; 0 for a layout we do not know.
func channelConfiguration(t *stream.Track) int {
	if len(t.Config) < 2 || t.Config[0]>>3 == 31 {
		return 0
	}
	bits := uint(t.Config[0])<<8 | uint(t.Config[1])
	if bits>>7&15 == 15 { // the rate is written out in 24 bits
		if len(t.Config) < 5 {
			return 0
		}
		return int(t.Config[4] >> 3 & 15)
	}
	return int(bits >> 3 & 15)
}

// Elements of a raw data block (ISO/IEC 14496-3 table 4.85).
const (
	singleElement, pairElement, lowElement, endElement = 0, 1, 3, 7
)

// aacLayouts are the elements of each channel configuration (ISO/IEC 14496-3 table 1.19).
var aacLayouts = [][]uint{
	1: {singleElement},
	2: {pairElement},
	3: {singleElement, pairElement},
	4: {singleElement, pairElement, singleElement},
	5: {singleElement, pairElement, pairElement},
	6: {singleElement, pairElement, pairElement, lowElement},
	7: {singleElement, pairElement, pairElement, pairElement, lowElement},
}

// aacSilence writes a raw data block without any spectrum; nil for an unknown configuration.
func aacSilence(configuration int) []byte {
	if configuration >= len(aacLayouts) || aacLayouts[configuration] == nil {
		return nil
	}
	var w bitWriter
	seen := map[uint]uint{}
	for _, element := range aacLayouts[configuration] {
		w.put(element, 3)
		w.put(seen[element], 4) // element_instance_tag
		seen[element]++
		if element == pairElement {
			w.put(0, 1) // no common window
			w.silentChannel()
		}
		w.silentChannel()
	}
	w.put(endElement, 3)
	return w.bytes
}

type bitWriter struct {
	bytes []byte
	used  int // bits
}

func (w *bitWriter) put(value uint, bits int) {
	for i := bits - 1; i >= 0; i-- {
		if w.used%8 == 0 {
			w.bytes = append(w.bytes, 0)
		}
		w.bytes[w.used/8] |= byte(value>>i&1) << (7 - w.used%8)
		w.used++
	}
}

// silentChannel is an individual_channel_stream of no scale factor band (ISO/IEC 14496-3 table 4.50).
func (w *bitWriter) silentChannel() {
	w.put(0, 8) // global_gain
	w.put(0, 1) // reserved
	w.put(0, 2) // one long window
	w.put(0, 1) // its shape
	w.put(0, 6) // max_sfb
	w.put(0, 1) // no prediction
	w.put(0, 3) // no pulse, no noise shaping, no gain control
}

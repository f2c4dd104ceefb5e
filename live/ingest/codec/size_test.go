package codec

import "testing"

// bitWriter writes what bitReader reads.
type bitWriter struct {
	data []byte
	at   int
}

func (w *bitWriter) bits(value, n int) *bitWriter {
	for i := n - 1; i >= 0; i-- {
		if w.at%8 == 0 {
			w.data = append(w.data, 0)
		}
		w.data[w.at/8] |= byte(value>>i&1) << (7 - w.at%8)
		w.at++
	}
	return w
}

// ones fills a field whose value does not matter: no emulation prevention is needed then.
func (w *bitWriter) ones(n int) *bitWriter {
	for range n {
		w.bits(1, 1)
	}
	return w
}

func (w *bitWriter) exp(values ...int) *bitWriter {
	for _, value := range values {
		length := 0
		for (value+1)>>length > 1 {
			length++
		}
		w.bits(0, length).bits(value+1, length+1)
	}
	return w
}

func (w *bitWriter) signed(values ...int) *bitWriter {
	for _, value := range values {
		if value > 0 {
			w.exp(2*value - 1)
			continue
		}
		w.exp(-2 * value)
	}
	return w
}

// What cameras write and ffmpeg's encoders do not: scaling lists, the second way of counting pictures, fields.
func TestRareH264Parameters(t *testing.T) {
	t.Parallel()
	w := &bitWriter{data: []byte{0x67, 100, 0, 31}, at: 32}
	w.exp(0, 1, 2, 2).bits(0, 1).bits(1, 1) // two bits more of each sample; scaling lists follow
	w.bits(1, 1).signed(-7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	w.bits(0, 5).bits(1, 1).signed(-8).bits(0, 1) // a list of 64 that ends at once
	w.exp(0, 1).bits(0, 1).signed(2, -2).exp(2).signed(1, -1)
	w.exp(1).bits(0, 1).exp(119, 33).bits(0, 1).ones(2) // 1920 × 34 macroblocks of a field
	w.bits(1, 1).exp(0, 0, 0, 2).bits(0, 1).bits(1, 1)  // 8 lines are cut off
	if s, err := h264Size(w.data); err != nil || s != (size{1920, 1080, 1, 10, 10}) {
		t.Fatalf("got %+v, %v", s, err)
	}
}

func TestH265ParametersWithTemporalLayers(t *testing.T) {
	t.Parallel()
	w := &bitWriter{data: []byte{0x42, 1}, at: 16}
	w.bits(0, 4).bits(1, 3).bits(1, 1).ones(96)
	w.bits(3, 2).ones(14).ones(88 + 8)
	w.exp(0, 1, 1920, 1088).bits(1, 1).exp(0, 0, 0, 4).exp(2, 2).bits(1, 1)
	s, err := h265Size(w.data)
	if err != nil || s.size != (size{1920, 1080, 1, 10, 10}) || s.profile[11] != 0xff {
		t.Fatalf("got %+v, %v", s, err)
	}
}

func TestAV1SequenceWithTiming(t *testing.T) {
	t.Parallel()
	w := &bitWriter{}
	w.bits(1, 3).bits(0, 2)
	w.bits(1, 1).ones(64).bits(1, 1).exp(5)  // timing
	w.bits(1, 1).bits(9, 5).ones(32 + 5 + 5) // a decoder model, whose delays have 10 bits
	w.bits(1, 1).bits(1, 5)                  // display delays; two operating points
	w.ones(12).bits(9, 5).bits(1, 1)         // of level 4.1, high tier
	w.bits(1, 1).ones(21).bits(1, 1).ones(4) // with a model and a delay
	w.ones(12).bits(3, 5).bits(0, 2)         // and one of a lower level without
	w.bits(11, 4).bits(10, 4).bits(2559, 12).bits(1439, 11).ones(20)
	unit := append([]byte{0x0a, byte(len(w.data))}, w.data...)
	if s, err := readSequence(unit); err != nil || s != (sequence{1, 9, 2560, 1440}) {
		t.Fatalf("got %+v, %v", s, err)
	}
	still := (&bitWriter{}).bits(0, 3).ones(2).bits(8, 5).bits(9, 4).bits(9, 4).bits(639, 10).bits(479, 10)
	if s, err := readSequence(append([]byte{0x0e, 0, byte(len(still.data))}, still.data...)); err != nil || s != (sequence{0, 8, 640, 480}) {
		t.Fatalf("got %+v, %v", s, err)
	}
}

package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// A picture that tells when it was made: 24 bits of milliseconds and 8 to check them by, as black and white blocks.
const (
	clockWidth, clockHeight      = 640, 360
	clockColumns, clockRows      = 8, 4
	clockRate                    = 30
	clockBits                    = 24
	clockWrap                    = 1 << clockBits // milliseconds, more than four hours
	blackLevel, whiteLevel       = 16, 235
	blockWidth, blockHeight      = clockWidth / clockColumns, clockHeight / clockRows
	neutralChroma           byte = 128
)

// drawClock draws the time into a picture in planar YUV 4:2:0.
func drawClock(frame []byte, now time.Time) {
	value := uint32(now.UnixMilli() % clockWrap)
	check := byte(value>>16) ^ byte(value>>8) ^ byte(value)
	bits := value<<8 | uint32(check)
	for y := range clockHeight {
		for x := range clockWidth {
			block := y/blockHeight*clockColumns + x/blockWidth
			level := byte(blackLevel)
			if bits>>(31-block)&1 == 1 {
				level = whiteLevel
			}
			frame[y*clockWidth+x] = level
		}
	}
}

// readClock is run in a page: it plays the video and notes, ten times a second, the time it is and the time in the picture, 0 where that
// cannot be read.
var readClock = fmt.Sprintf(`(() => {
	const video = document.querySelector("video")
	const canvas = document.createElement("canvas")
	const scale = 10
	canvas.width = %[1]d * scale
	canvas.height = %[2]d * scale
	const context = canvas.getContext("2d", { willReadFrequently: true })
	video.muted = true
	void video.play()
	window.clockReadings = []
	setInterval(() => {
		const now = Date.now()
		context.drawImage(video, 0, 0, canvas.width, canvas.height)
		const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data
		const byte = row => {
			let value = 0
			for (let column = 0; column < %[1]d; column++) {
				const at = ((row + 0.5) * scale * canvas.width + (column + 0.5) * scale) * 4
				value = value * 2 + (pixels[at] > 127 ? 1 : 0)
			}
			return value
		}
		const [a, b, c, check] = [0, 1, 2, 3].map(byte)
		const isRead = video.readyState >= 2 && (a ^ b ^ c) === check
		window.clockReadings.push([now %% %[3]d, isRead ? (a << 16) + (b << 8) + c : 0])
	}, 100)
})()`, clockColumns, clockRows, clockWrap)

// sendClock sends the clock as it goes, with a tone, the way programs for live encode: no picture is held back.
func (s show) sendClock(ctx context.Context) (*encoder, error) {
	e := &encoder{}
	e.process = exec.CommandContext(ctx, "ffmpeg", append(strings.Fields(fmt.Sprintf(
		"-v error -fflags nobuffer -f rawvideo -pix_fmt yuv420p -s %dx%d -r %d -i pipe:0 -f lavfi -i sine=sample_rate=48000", clockWidth, clockHeight, clockRate)),
		append(strings.Fields("-map 0:v -map 1:a -c:v libx264 -preset ultrafast -tune zerolatency -g 60 -b:v 1500k -c:a aac -flush_packets 1 -f flv"), s.rtmp+"/"+s.key)...)...)
	pictures, err := e.process.StdinPipe()
	if err != nil {
		return nil, err
	}
	go runClock(ctx, pictures)
	return e, s.onAir(ctx, e)
}

// runClock writes pictures at their rate until they are not taken any more.
func runClock(ctx context.Context, to io.WriteCloser) {
	defer to.Close()
	frame := make([]byte, clockWidth*clockHeight*3/2)
	for i := clockWidth * clockHeight; i < len(frame); i++ {
		frame[i] = neutralChroma
	}
	begin := time.Now()
	for n := 0; ctx.Err() == nil; n++ {
		time.Sleep(time.Until(begin.Add(time.Duration(n) * time.Second / clockRate)))
		drawClock(frame, time.Now())
		if _, err := to.Write(frame); err != nil {
			return
		}
	}
}

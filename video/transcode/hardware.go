package transcode

import (
	"context"

	"lucarne/video/ffmpeg"
)

// automatic is the setting that takes the first hardware that works.
const automatic = "auto"

// candidates are tried in this order when the choice is left to the machine.
var candidates = []string{"nvenc", "qsv", "vaapi"}

// encodeSettings chooses the encoder: the hardware of the plan when it works here and now, software otherwise, with the reason in the log.
func (p *Pipeline) encodeSettings(ctx context.Context, plan Plan, isEncoding bool) (ffmpeg.EncodeSettings, error) {
	settings := ffmpeg.EncodeSettings{Hardware: ffmpeg.Software(), Threads: p.o.Operation().Threads}
	if !isEncoding {
		return settings, nil
	}
	ability, err := p.abilities(ctx)
	if err != nil {
		return settings, err
	}
	settings.ToneMap = ability.ToneMaps()
	settings.Hardware = p.Hardware(ctx, plan.Hardware)
	return settings, ctx.Err()
}

// Hardware gives the encoder of a setting that works here, trying it; software where none does.
func (p *Pipeline) Hardware(ctx context.Context, name string) ffmpeg.Hardware {
	wanted := []string{name}
	if name == automatic {
		wanted = candidates
	}
	for _, one := range wanted {
		found, err := p.detect(ctx, one)
		if err == nil {
			return found
		}
		if name != automatic {
			p.o.Logger.Warn("the hardware encoder cannot be used: encoding in software", "hardware", one, "reason", err)
		}
	}
	return ffmpeg.Software()
}

func (p *Pipeline) detect(ctx context.Context, name string) (ffmpeg.Hardware, error) {
	found, err := ffmpeg.HardwareByName(name, p.o.Operation().Device)
	if err != nil || found.Name == ffmpeg.Software().Name {
		return found, err
	}
	return found, p.o.Tools.Detect(ctx, found)
}

// abilities are asked of ffmpeg once: they change only when it does.
func (p *Pipeline) abilities(ctx context.Context) (ffmpeg.Capabilities, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ability != nil {
		return *p.ability, nil
	}
	found, err := p.o.Tools.Capabilities(ctx)
	if err == nil {
		p.ability = &found
	}
	return found, err
}

package ami

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"headroom/model"
	"headroom/sim"
)

// MostScript is how long user data may be, in bytes, before it is encoded (Amazon EC2 User
// Guide, "Run commands on your instance at launch").
const MostScript = 16384

// Where what a script writes is found.
const (
	linuxLog   = "/var/log/cloud-init-output.log"
	windowsLog = `C:\ProgramData\Amazon\EC2Launch\log\agent.log`
)

// LogPath returns where what user data writes is found.
func LogPath(p model.Platform) string {
	if p == model.Windows {
		return windowsLog
	}
	return linuxLog
}

var (
	shebang = regexp.MustCompile(`^#! */\S+`)
	tagged  = regexp.MustCompile(`^\s*<(powershell|script)>`)
	sudo    = regexp.MustCompile(`(?m)^[^#\n]*\bsudo\b`)
)

// CheckScript returns the rule that the text of user data breaks, "" if it breaks none.
func CheckScript(text string, p model.Platform) string {
	first, _, _ := strings.Cut(text, "\n")
	switch {
	case len(text) > MostScript:
		return fmt.Sprintf("must not be longer than %d bytes (16 KB), this is %d", MostScript, len(text))
	case p == model.Windows && !tagged.MatchString(text):
		return "must begin with <powershell> or <script> on Windows"
	case p != model.Windows && !shebang.MatchString(first) && strings.TrimSpace(first) != "#cloud-config":
		return "must begin with #! and the path of its interpreter, as #!/bin/bash"
	}
	return ""
}

// CheckNote returns what is not wrong with the text of user data, but not meant either; "" for
// nothing.
func CheckNote(text string, p model.Platform) string {
	if p != model.Windows && sudo.MatchString(text) {
		return "sudo has no effect: user data runs as root"
	}
	return ""
}

// Script is user data: what it does at the first boot, beside the work of its own.
type Script struct {
	Text      string
	Downloads model.Bytes // from S3
	Publishes bool        // custom metrics to CloudWatch
	Baked     float64     // share of its work and its downloads that the image has done already
	// Install is how long it takes to install aws-cli where the image has none; 0: it takes for
	// granted that it is there.
	Install sim.Time
}

// Calls reports whether a script calls AWS, for which it needs aws-cli and a role.
func (s *Script) Calls() bool { return s.Publishes || s.Downloads > 0 }

// Machine is what a script runs on.
type Machine struct {
	CLI      bool    // the image has aws-cli
	Profile  bool    // the instance has an IAM instance profile
	Internet bool    // it has a way to the internet, and its security groups let HTTPS out
	S3       bool    // it has a way to S3, by the internet or by a gateway endpoint
	BaseGbps float64 // of its network
	PeakGbps float64 // for a while; at least BaseGbps
	// Burst is how long it keeps its peak after the launch, when its credits are full; 0: 30
	// minutes. AWS says 5 to 60.
	Burst sim.Time
}

// Exit codes of a script.
const (
	Succeeded     = 0
	Failed        = 1
	NoConnection  = 28  // of curl
	NotFound      = 127 // no such command, as the shell has it
	NoCredentials = 253 // of aws-cli, without a role
	NoEndpoint    = 255 // of aws-cli, which cannot connect
)

// How long it takes to find that nobody answers.
const (
	// curlGivesUp is when Linux does, which sends a SYN and six more (kernel documentation,
	// ip-sysctl, tcp_syn_retries): 1+2+4+8+16+32+64 s.
	curlGivesUp = 127 * sim.Second
	// cliGivesUp is three attempts of aws-cli version 2 of a minute each (AWS CLI User Guide,
	// "Command line options", --cli-connect-timeout, and "AWS CLI retries", standard mode).
	cliGivesUp = 3 * 60 * sim.Second
)

// Run is what became of a script.
type Run struct {
	Took sim.Time
	Exit int
	// Fetch is its download, which begins so long after the script.
	Fetch struct {
		After, Took sim.Time
		Bytes       model.Bytes
	}
}

// Reason says in words why a script failed, "" if it did not.
func (r Run) Reason() string {
	switch r.Exit {
	case Succeeded:
		return ""
	case NotFound:
		return "aws: command not found"
	case NoConnection:
		return "Failed to connect to awscli.amazonaws.com port 443: no way to the internet"
	case NoCredentials:
		return "Unable to locate credentials"
	case NoEndpoint:
		return "Connect timeout on endpoint URL: no way to AWS"
	}
	return "the script failed"
}

// On returns what becomes of a script on a machine, whose own work takes some time and fails
// at its end or not. It calls AWS first: without aws-cli, a role or a way there, it ends there.
func (s *Script) On(m Machine, work sim.Time, fails bool) Run {
	var r Run
	if s.Calls() {
		if !m.CLI {
			if s.Install == 0 {
				return Run{Exit: NotFound}
			}
			if !m.Internet {
				return Run{Took: curlGivesUp, Exit: NoConnection}
			}
			r.Took = s.Install
		}
		if !m.Profile {
			r.Exit = NoCredentials
			return r
		}
		if s.Downloads > 0 && s.Baked < 1 && !m.S3 || s.Publishes && !m.Internet {
			r.Took, r.Exit = sim.Sum(r.Took, cliGivesUp), NoEndpoint
			return r
		}
	}
	left := 1 - s.Baked
	if left < 1 {
		work = sim.Seconds(left * work.Seconds())
	}
	bytes := left * float64(s.Downloads)
	r.Fetch.After, r.Fetch.Took, r.Fetch.Bytes = r.Took, m.download(bytes), model.Bytes(bytes)
	r.Took = sim.Sum(sim.Sum(r.Took, r.Fetch.Took), work)
	if fails {
		r.Exit = Failed
	}
	return r
}

// usualBurst is the Burst of a machine that does not say it.
const usualBurst = 30 * sim.Minute

// download returns how long bytes take to come. A network whose bandwidth is not published
// costs no time.
func (m Machine) download(bytes float64) sim.Time {
	gbit, peak := bytes*8/1e9, max(m.BaseGbps, m.PeakGbps)
	if peak == 0 || gbit == 0 {
		return 0
	}
	burst := cmp.Or(m.Burst, usualBurst)
	atPeak := peak * burst.Seconds()
	if m.BaseGbps == 0 || m.BaseGbps >= peak || gbit <= atPeak {
		return sim.Seconds(gbit / peak)
	}
	return sim.Sum(burst, sim.Seconds((gbit-atPeak)/m.BaseGbps))
}

package controlplane

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"headroom/model/login"
	"headroom/sim/slab"
)

// actOnImage copies or deregisters an AMI, or takes it out of the recycle bin.
func (cp *Plane) actOnImage(a *Action) {
	act := cp.copyImage
	switch a.Do {
	case DeregisterImage:
		act = cp.deregisterImage
	case RecoverImage:
		act = cp.recoverImage
	}
	cp.report("image."+cp.cfg.Images[a.Image].Name, a, act(a.Image, a.Region))
}

// access does what an action wants of instances: a role, or a login.
func (cp *Plane) access(a *Action) {
	all := cp.accessed(a)
	if len(all) == 0 {
		cp.refuse(cp.subjectName(a.On), a.Do.String(), fmt.Errorf("there is no such instance [InvalidInstanceID.NotFound]"))
	}
	for _, h := range all {
		in := cp.instances.Get(h)
		if a.Do == AssociateProfile {
			cp.associate(in, a)
			continue
		}
		cp.logIn(h, a)
	}
}

// accessed returns the instances that an action is about, in launch order.
func (cp *Plane) accessed(a *Action) []slab.Handle {
	var all []slab.Handle
	for h, in := range cp.instances.All() {
		if cp.belongs(in, a.On) && !in.life.ended() {
			all = append(all, h)
		}
	}
	slices.SortFunc(all, func(x, y slab.Handle) int {
		return cmp.Compare(cp.instances.Get(x).number, cp.instances.Get(y).number)
	})
	n := len(all)
	switch {
	case a.Count > 0:
		n = min(n, a.Count)
	case a.Share > 0:
		n = int(math.Round(a.Share * float64(n)))
	}
	return all[:n]
}

// associate gives an instance a role that has none. Its user data has run already.
func (cp *Plane) associate(in *instance, a *Action) {
	what := Activity{Subject: cp.subjectOf(in), Kind: a.Do.String(), Detail: a.Profile, Cause: "action", Instance: in.number, By: Operator}
	if in.profile != "" {
		cp.refused++
		what.Kind, what.Cause = "refused", a.Do.String()
		what.Detail = fmt.Sprintf("the instance has a profile already, %s [IncorrectState]", in.profile)
	} else {
		in.profile = a.Profile
	}
	cp.note(what)
}

// logIn lets somebody try to get into an instance: the activity says when, how it ended and
// after how long.
func (cp *Plane) logIn(h slab.Handle, a *Action) {
	in := cp.instances.Get(h)
	try := a.Try
	try.Asked = in.order.template.Key
	try.Delivery = cp.reachable(h, try.Protocol.Port(), origin{private: a.Private, address: a.From})
	o := try.Outcome()
	detail := fmt.Sprintf("logged in after %.4g s", o.Took.Seconds())
	if !o.In {
		detail = fmt.Sprintf("%s after %.4g s", o.Symptom, o.Took.Seconds())
		if o.Took == 0 {
			detail = o.Symptom
		}
	}
	now := cp.kernel.Now()
	cp.note(Activity{At: now, Until: now + o.Took, Subject: cp.subjectOf(in), Kind: a.Do.String(), Detail: detail, Cause: "action", Instance: in.number})
}

// protocols are what actions log in by.
var protocols = map[ActionKind]login.Protocol{
	LogInBySSH: login.SSH, LogInBySFTP: login.SFTP, LogInByFTP: login.FTP, LogInByRDP: login.RDP,
}

// Protocol returns by what an action logs in, 0 if it does not.
func (k ActionKind) Protocol() login.Protocol { return protocols[k] }

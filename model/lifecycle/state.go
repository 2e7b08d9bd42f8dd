package lifecycle

// State is an instance's, as EC2 shows it.
type State uint8

// States.
const (
	Pending State = iota + 1
	Running
	Stopping // also while its memory is being saved
	Stopped
	ShuttingDown
	Terminated
)

// String returns EC2's name of the state.
func (s State) String() string {
	return [...]string{"", "pending", "running", "stopping", "stopped", "shutting-down", "terminated"}[s]
}

// Request is what somebody wants of an instance.
type Request uint8

// Requests.
const (
	Start Request = iota + 1
	Stop
	Reboot
	Hibernate
	Shutdown // the instance shuts itself down
	Terminate
	Resize
	ModifyCredits
)

// String returns the request as actions write it.
func (r Request) String() string {
	return [...]string{"", "start", "stop", "reboot", "hibernate", "shutdown", "terminate", "resize", "modify-credit-specification"}[r]
}

// Traits are what decides beside the state.
type Traits struct {
	StoreRoot  bool // its root lies on an instance store
	Spot       bool // launched by a Spot request: a one-time one, as groups make them,
	Persistent bool // unless it is persistent
	Protected  bool // disable_api_termination
	Hibernates bool // hibernation was enabled at its launch
	Grouped    bool // it is a member of an Auto Scaling group
	Burstable  bool // it has CPU credits
}

// Refusal is why EC2 refuses a request.
type Refusal struct{ Code, Text string }

// Error implements error: the text and the code.
func (r *Refusal) Error() string { return r.Text + " [" + r.Code + "]" }

func refuse(code, text string) error { return &Refusal{code, text} }

// EC2's error codes, and ours where it has none.
const (
	IncorrectState     = "IncorrectInstanceState"
	Unsupported        = "UnsupportedOperation"
	NotPermitted       = "OperationNotPermitted"
	BadHibernation     = "UnsupportedHibernationConfiguration"
	NotFound           = "InvalidInstanceID.NotFound"
	HibernateInGroup   = "HibernateInASG" // ours: EC2 names no code
	BadCreditStructure = "InvalidParameterCombination"
)

// outcome is what a state makes of a request.
type outcome uint8

const (
	refused outcome = iota
	acts            // something happens
	same            // it is in that state, or on its way: nothing does
)

// answers are the outcomes by request and state, in the order of [State].
var answers = map[Request][6]outcome{
	//              pending  running  stopping stopped  shutting terminated
	Start:         {same, same, refused, acts, refused, refused},
	Stop:          {refused, acts, same, same, refused, refused},
	Reboot:        {refused, acts, refused, refused, refused, refused},
	Hibernate:     {refused, acts, same, same, refused, refused},
	Shutdown:      {refused, acts, same, same, same, same},
	Terminate:     {acts, acts, acts, acts, same, same},
	Resize:        {refused, refused, refused, acts, refused, refused},
	ModifyCredits: {refused, acts, refused, acts, refused, refused},
}

// Answer says what comes of a request to an instance: whether something happens, or why it is
// refused. A request for what is so already, or on its way, succeeds and does nothing.
func Answer(s State, r Request, t Traits) (happens bool, err error) {
	out := answers[r][s-Pending]
	if out == same {
		return false, nil
	}
	if err := t.forbids(r); err != nil {
		return false, err
	}
	if out == refused {
		return false, refuse(IncorrectState, "cannot "+r.String()+" an instance that is "+s.String())
	}
	return true, nil
}

// forbids returns why an instance with these traits is never given what is asked for.
func (t Traits) forbids(r Request) error {
	switch r {
	case Stop, Hibernate:
		if t.StoreRoot {
			return refuse(Unsupported, "an instance whose root lies on an instance store cannot "+r.String())
		}
		if t.Spot && !t.Persistent && r == Stop {
			return refuse(Unsupported, "an instance of a one-time Spot request cannot stop")
		}
		if r == Hibernate && !t.Hibernates {
			return refuse(BadHibernation, "the instance was launched without hibernation")
		}
		if r == Hibernate && t.Grouped {
			return refuse(HibernateInGroup, "a member of a group hibernates only in a warm pool")
		}
	case Terminate:
		if t.Protected {
			return refuse(NotPermitted, "disable_api_termination protects the instance")
		}
	case Resize:
		switch {
		case t.Spot:
			return refuse(Unsupported, "a Spot Instance keeps its type")
		case t.StoreRoot:
			return refuse(Unsupported, "an instance whose root lies on an instance store keeps its type")
		case t.Hibernates:
			return refuse(Unsupported, "an instance with hibernation enabled keeps its type")
		}
	case ModifyCredits:
		if !t.Burstable {
			return refuse(BadCreditStructure, "the instance has no CPU credits")
		}
	}
	return nil
}

// ShutdownTerminates reports whether an instance that shuts itself down ends: it is set to, or
// cannot stop.
func (t Traits) ShutdownTerminates(behavior bool) bool {
	return behavior || t.StoreRoot || t.Spot && !t.Persistent
}

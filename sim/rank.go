package sim

// Rank orders the events of one instant: what frees capacity comes before who
// asks for it, arrivals before the scaler looks, observation last.
type Rank uint8

// The ranks, in the order in which events of one instant happen.
const (
	RankFailure   Rank = iota // hosts and zones fail or recover
	RankDeparture             // who has been served leaves
	RankRelease               // answers, timeouts and other releases of capacity
	RankState                 // instances change state, become ready, pass or fail a health check
	RankArrival               // requests and other customers arrive
	RankPublish               // metric periods end
	RankAlarm                 // alarms are evaluated
	RankDecision              // scaling policies and schedules decide
	RankLaunch                // instances are launched and terminated
	RankObserve               // observers look
	rankCount
)

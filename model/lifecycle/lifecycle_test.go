package lifecycle

import "testing"

// Whatever happens leads to a state from which the way is one of EC2's.
func TestWhatHappensIsATransition(t *testing.T) {
	leads := map[Request]State{
		Start: Pending, Stop: Stopping, Hibernate: Stopping, Shutdown: Stopping, Terminate: ShuttingDown,
		Reboot: Running, Resize: Stopped, ModifyCredits: 0,
	}
	allowed := map[State][]State{
		Pending: {Running, ShuttingDown, Terminated}, Running: {Running, Stopping, ShuttingDown}, Stopping: {Stopped, ShuttingDown},
		Stopped: {Stopped, Pending, ShuttingDown}, ShuttingDown: {Terminated},
	}
	happened := 0
	for _, r := range Requests() {
		for _, s := range States() {
			happens, err := Answer(s, r, Traits{Hibernates: r == Hibernate, Burstable: true})
			if happens && err != nil {
				t.Errorf("%v while %v happens and is refused", r, s)
			}
			if !happens || leads[r] == 0 {
				continue
			}
			happened++
			found := false
			for _, to := range allowed[s] {
				found = found || to == leads[r]
			}
			if !found {
				t.Errorf("%v while %v leads to %v, which EC2 does not allow", r, s, leads[r])
			}
		}
	}
	if happened != 10 {
		t.Errorf("%d requests lead somewhere, want 10", happened)
	}
}

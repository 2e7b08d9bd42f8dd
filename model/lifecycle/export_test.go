package lifecycle

// States lists all of them for the notebook.
func States() []State { return []State{Pending, Running, Stopping, Stopped, ShuttingDown, Terminated} }

// Requests lists all of them for the notebook.
func Requests() []Request {
	return []Request{Start, Stop, Reboot, Hibernate, Shutdown, Terminate, Resize, ModifyCredits}
}

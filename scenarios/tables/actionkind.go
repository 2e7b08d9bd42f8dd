package tables

import "headroom/model/controlplane"

// actionKinds are the words for what is done.
func actionKinds() map[string]controlplane.ActionKind {
	kinds := map[string]controlplane.ActionKind{}
	for k := controlplane.CreateVolume; k <= controlplane.LastAction; k++ {
		kinds[k.String()] = k
	}
	return kinds
}

package controlplane

import "headroom/model"

// Function is what the bill needs to know of a Lambda function.
type Function struct {
	Name string
	Zone model.Zone // one of its Region
}

// openFunctions gives each function an account.
func (cp *Plane) openFunctions(functions []Function) {
	for i := range functions {
		owner := cp.ownerAt("function."+functions[i].Name, functions[i].Zone)
		cp.functions = append(cp.functions, owner)
		cp.data.OwnFunction(i, owner)
	}
}

// closeFunctions records what functions were used for since the last clock hour.
func (cp *Plane) closeFunctions() {
	for i, owner := range cp.functions {
		use := cp.data.TakeFunctionUse(i)
		if use.Owner = owner; use.To > use.From {
			cp.ledger.Functions = append(cp.ledger.Functions, use)
		}
	}
}

package results

// gpuUse is the use of GPUs by a step that held the student for the seconds; gpu
// is what its event says, nil where it says nothing: of the embedded student,
// which holds none, and where their number is not known. A service was paid cost.
func (t *Trial) gpuUse(seconds float64, gpu *float64, cost float64) Usage {
	u := Usage{StudentSeconds: seconds, GPUSeconds: Num(0, t.Spec.Embedded), StudentCost: cost}
	if gpu != nil {
		u.GPUSeconds = Num(*gpu, true)
	}
	return u
}

// addGPU is the GPU seconds of both; a part that held no student and no GPU has
// no say in it.
func addGPU(u, v Usage) Number {
	switch {
	case u.StudentSeconds == 0 && !u.GPUSeconds.Known:
		return v.GPUSeconds
	case v.StudentSeconds == 0 && !v.GPUSeconds.Known:
		return u.GPUSeconds
	}
	return Num(u.GPUSeconds.Value+v.GPUSeconds.Value, u.GPUSeconds.Known && v.GPUSeconds.Known)
}

// spent is the usage of a trial, in which no step with GPUs is no GPU second.
func (t *Trial) spent() Usage {
	u := t.Usage
	if u.StudentSeconds == 0 && !u.GPUSeconds.Known {
		u.GPUSeconds = Num(0, true)
	}
	return u
}

// Money is what the usage costs in USD: the agent's model, what a service takes for the
// student, and the GPU seconds at a price for an hour of one, nil where that is not
// known. It is missing when a
// part that was used has no price. A teacher behind somebody's address is not in
// it.
func (u Usage) Money(perGPUHour *float64) Number {
	agent, gpu := u.AgentCost, Number{}
	if u.AgentCalls == 0 {
		agent = Num(0, true)
	}
	switch {
	case u.GPUSeconds.Known && u.GPUSeconds.Value == 0:
		gpu = u.GPUSeconds
	case u.GPUSeconds.Known && perGPUHour != nil:
		gpu = Num(u.GPUSeconds.Value/3600**perGPUHour, true)
	}
	return Num(agent.Value+gpu.Value+u.StudentCost, agent.Known && gpu.Known)
}

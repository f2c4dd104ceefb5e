package tracker

// Sweep forgets the peers that fell silent, as Run does every minute.
func (t *Tracker) Sweep() { t.sweep() }

// Swarms is how many swarms are kept, Visitors how many addresses.
func (t *Tracker) Swarms() int {
	t.registry.mu.Lock()
	defer t.registry.mu.Unlock()
	return len(t.registry.swarms)
}

// Visitors is how many addresses are remembered.
func (t *Tracker) Visitors() int {
	t.guard.mu.Lock()
	defer t.guard.mu.Unlock()
	return len(t.guard.visitors)
}

"""Reports: figures of any period, from rollups that equal a recount of the facts."""

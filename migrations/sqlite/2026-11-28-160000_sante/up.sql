-- By an address, what came back from it and what was refused for good: few rows, whatever the history.
CREATE INDEX envois_non_remis ON envois (lower(adresse)) WHERE remise = 'non_remis';
CREATE INDEX envois_refuses ON envois (lower(adresse)) WHERE motif = 'permanent';

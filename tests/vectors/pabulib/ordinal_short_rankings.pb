META
key; value
description; Village ranking
country; Worldwide
unit; Example
instance; 2
num_projects; 3
num_votes; 4
budget; 1000.50
vote_type; ordinal
rule; greedy
max_length; 3
date_begin; 2026
date_end; 2026

PROJECTS
project_id; cost; votes; score; selected
1; 500.25; 3; 5; 0
2; 600; 3; 6; 1
3; 500.25; 3; 5; 0
VOTES
voter_id; vote
v1; 1,2,3
v2; 2,3
v3; 1
v4; 3,2,1

META
key;value
description;Village budget
country;Worldwide
unit;Example
instance;1
num_projects;4
num_votes;6
budget;100
vote_type;approval
rule;greedy
date_begin;2026
date_end;2026
min_length;1
max_length;3
max_sum_cost;110
experimental;1
comment;"#1: A semicolon; and a ""quote"" in a cell."
PROJECTS
project_id;cost;votes;name;category;selected
well;60;4;Repair of the well;water;1
path;50;4;"Path; with ""lamps""";streets,light;0
bench;30;3;Benches;None;1
tree;10;2;Trees;green;1
VOTES
voter_id;vote;voting_method;age
a;well,bench,tree;internet;34
b;well,path;internet;51
c;path,bench;paper;None
d;path,well;internet;19
e;bench,path,tree;internet;
f;well;paper;70

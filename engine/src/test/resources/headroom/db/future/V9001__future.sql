create table of_tomorrow (id integer primary key);

module armgate.test/goverify

go 1.19

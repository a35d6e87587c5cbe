# Қызметтің отбасыға неге қажет емес екені туралы сөйлемдер.

because-never = Бұл қызмет көрсетілмейді
because-not-yet-citizen = Отбасы әзірге Қазақстан азаматы емес; тіркеу тұруға рұқсатпен бірге жасалады
because-citizen-already = Отбасы мүшелері Қазақстан азаматтары
because-no-adult = Отбасында ересек адам жоқ
because-no-children = Отбасында 18 жасқа толмаған бала жоқ
because-no-child-under-six = Отбасында 6 жасқа толмаған бала жоқ
because-no-child-of-school-age = Отбасында мектеп жасындағы бала жоқ
because-nobody-of-working-age = Отбасында еңбек жасындағы адам жоқ
because-nobody-of-pension-age = Отбасында зейнет жасындағы адам жоқ
because-work-not-wanted = Отбасы сауалнамада жұмыс іздемейтінін айтты
because-training-not-wanted = Отбасы сауалнамада оқығысы келмейтінін айтты
because-schooled-in-kazakhstan = Білім туралы құжаттар Қазақстанда берілген
because-not-reported = Отбасы мұндай қажеттілік туралы айтпады; мансап орталығынан кез келген уақытта сұрауға болады

# Why a family does not need a service.

because-never = This service is not provided
because-not-yet-citizen = The family does not have citizenship yet; it is registered together with its residence permit
because-citizen-already = The family are citizens of Kazakhstan
because-no-adult = There is no adult in the family
because-no-children = There is no child under 18 in the family
because-no-child-under-six = There is no child under 6 in the family
because-no-child-of-school-age = There is no child of school age in the family
because-nobody-of-working-age = There is nobody of working age in the family
because-nobody-of-pension-age = There is nobody of pension age in the family
because-work-not-wanted = The family said in its questionnaire that it does not look for work
because-training-not-wanted = The family said in its questionnaire that it does not want training
because-schooled-in-kazakhstan = The education papers were issued in Kazakhstan
because-not-reported = The family reported no such need; it may ask at the career centre at any time

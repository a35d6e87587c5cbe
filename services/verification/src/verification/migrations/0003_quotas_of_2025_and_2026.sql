-- Why: the regional quotas of 2025 and 2026 in people, by the orders of the Minister of Labour (as reported by
-- mgorod.kz on 30.12.2025 and tukib.kz), each opened by an entry from the order to the free account.

INSERT INTO ledgers (year, region, category, quota) VALUES
  (2025, '100000000', 'kandas', 244),
  (2025, '110000000', 'kandas', 285),
  (2025, '230000000', 'kandas', 100),
  (2025, '270000000', 'kandas', 30),
  (2025, '390000000', 'kandas', 150),
  (2025, '550000000', 'kandas', 1056),
  (2025, '590000000', 'kandas', 175),
  (2025, '630000000', 'kandas', 269),
  (2025, '100000000', 'resettler', 255),
  (2025, '350000000', 'resettler', 38),
  (2025, '390000000', 'resettler', 535),
  (2025, '550000000', 'resettler', 3050),
  (2025, '590000000', 'resettler', 2969),
  (2025, '620000000', 'resettler', 125),
  (2025, '630000000', 'resettler', 372),
  (2026, '100000000', 'kandas', 264),
  (2026, '110000000', 'kandas', 285),
  (2026, '230000000', 'kandas', 125),
  (2026, '270000000', 'kandas', 30),
  (2026, '390000000', 'kandas', 200),
  (2026, '550000000', 'kandas', 977),
  (2026, '590000000', 'kandas', 200),
  (2026, '630000000', 'kandas', 200),
  (2026, '100000000', 'resettler', 275),
  (2026, '350000000', 'resettler', 37),
  (2026, '390000000', 'resettler', 485),
  (2026, '550000000', 'resettler', 1655),
  (2026, '590000000', 'resettler', 2820),
  (2026, '620000000', 'resettler', 125),
  (2026, '630000000', 'resettler', 600);

INSERT INTO quota_entries (year, region, category, people, source, target, at)
SELECT year, region, category, quota, 'order', 'free', now() FROM ledgers ORDER BY year, region, category;

# Words for an operator.

problem-quota-differs = This quota has another number
    .detail = The quotas named below were opened with another number; nothing was changed. A re-cut during the year is not done so.
field-unknown-region = there is no region with the code { $kato }

"""Exchange rates given by hand, and a rough table for tests."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from connectlib.core.fx import RateTable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

#: What one euro is worth, for tests only: round figures of no particular day and no market,
#: so that a charge in any currency settles. For real money give rates of your own.
_TEST = """
eur 1          aed 4         afn 75        all 100       amd 420       ang 2         aoa 1000
ars 1000       aud 1.65      awg 2         azn 1.85      bam 1.95583   bbd 2.2       bdt 130
bgn 1.95583    bhd 0.4       bif 3200      bmd 1.1       bnd 1.45      bob 7.5       brl 6
bsd 1.1        bwp 15        byn 3.5       bzd 2.2       cad 1.5       cdf 3000      chf 0.95
clp 1000       cny 7.8       cop 4500      crc 550       cve 110.265   czk 25        djf 195
dkk 7.46       dop 65        dzd 145       egp 55        etb 130       fjd 2.5       fkp 0.85
gbp 0.85       gel 3         gip 0.85      gmd 78        gnf 9500      gtq 8.5       gyd 230
hkd 8.6        hnl 28        htg 145       huf 400       idr 17500     ils 4         inr 92
isk 150        jmd 175       jod 0.78      jpy 160       kes 140       kgs 95        khr 4450
kmf 491.968    krw 1500      kwd 0.34      kyd 0.9       kzt 540       lak 24000     lbp 98000
lkr 325        lrd 210       lsl 20        mad 10.8      mdl 19.5      mga 5000      mkd 61.5
mmk 2300       mnt 3750      mop 8.85      mur 50        mvr 17        mwk 1900      mxn 20
myr 4.8        mzn 70        nad 20        ngn 1700      nio 40        nok 11.5      npr 147
nzd 1.8        omr 0.42      pab 1.1       pen 4.1       pgk 4.3       php 63        pkr 305
pln 4.3        pyg 8500      qar 4         ron 5         rsd 117       rub 100       rwf 1500
sar 4.1        sbd 9         scr 15.5      sek 11.4      sgd 1.45      shp 0.85      sle 25
sos 620        srd 38        std 24500     szl 20        thb 38        tjs 11.8      tnd 3.4
top 2.6        try 37        ttd 7.4       twd 35        tzs 2900      uah 45        ugx 4050
usd 1.1        uyu 44        uzs 14000     vnd 27500     vuv 130       wst 3         xaf 655.957
xcd 2.97       xcg 2         xof 655.957   xpf 119.332   yer 275       zar 20        zmw 28
"""


def _table(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


#: {currency: how much of it one euro is worth}: test values, not a market.
TEST_RATES: Mapping[str, str] = MappingProxyType(_table(_TEST))


class StaticRates:
    """The same rates at every moment.

    rates: {currency: how much of it one unit of the base is worth}, in major units, as text,
    int or Decimal: `{"usd": "1.08", "jpy": "163.2"}`. base: whose unit they are of. spread_ppm:
    parts per million taken off the mid rate of every conversion; 10_000 is 1 %. source: who
    says so.

    Raises ValueError for what is no currency, no rate or no spread.
    """

    __slots__ = ("_table",)

    def __init__(
        self,
        rates: Mapping[str, str | int | Decimal] = TEST_RATES,
        base: str = "eur",
        spread_ppm: int = 0,
        source: str = "static",
    ) -> None:
        self._table = RateTable(base, rates, spread_ppm=spread_ppm, source=source)

    def table(self, at: int) -> RateTable:
        """The one table there is."""
        return self._table

    def __repr__(self) -> str:
        return f"StaticRates({self._table!r})"

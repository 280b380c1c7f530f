"""The client: one world of one store, and its resources."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

from connectlib.api._async.clock import AsyncClock
from connectlib.api._async.resources.account_links import AsyncAccountLinks
from connectlib.api._async.resources.account_sessions import AsyncAccountSessions
from connectlib.api._async.resources.accounts import AsyncAccounts
from connectlib.api._async.resources.application_fees import AsyncApplicationFees
from connectlib.api._async.resources.balance import AsyncBalance
from connectlib.api._async.resources.balance_transactions import AsyncBalanceTransactions
from connectlib.api._async.resources.callbacks import AsyncCallbacks
from connectlib.api._async.resources.charges import AsyncCharges
from connectlib.api._async.resources.country_specs import AsyncCountrySpecs
from connectlib.api._async.resources.customers import AsyncCustomers
from connectlib.api._async.resources.events import AsyncEvents
from connectlib.api._async.resources.fees import AsyncFees
from connectlib.api._async.resources.file_links import AsyncFileLinks
from connectlib.api._async.resources.files import AsyncFiles
from connectlib.api._async.resources.fx_quotes import AsyncFxQuotes
from connectlib.api._async.resources.keys import AsyncKeys
from connectlib.api._async.resources.ledger import AsyncLedger
from connectlib.api._async.resources.login_links import AsyncLoginLinks
from connectlib.api._async.resources.oauth import AsyncOauth
from connectlib.api._async.resources.payment_intents import AsyncPaymentIntents
from connectlib.api._async.resources.payment_methods import AsyncPaymentMethods
from connectlib.api._async.resources.payouts import AsyncPayouts
from connectlib.api._async.resources.privacy import AsyncPrivacy
from connectlib.api._async.resources.reconciliation import AsyncReconciliation
from connectlib.api._async.resources.refunds import AsyncRefunds
from connectlib.api._async.resources.setup_intents import AsyncSetupIntents
from connectlib.api._async.resources.testing import AsyncTesting
from connectlib.api._async.resources.tokens import AsyncTokens
from connectlib.api._async.resources.transfer_schedules import AsyncTransferSchedules
from connectlib.api._async.resources.transfers import AsyncTransfers
from connectlib.api._async.stories import AsyncStories
from connectlib.api.closing import AsyncClosing
from connectlib.api.errors import open_or_raise, raised
from connectlib.flows.ground import HOSTED
from connectlib.runtime.build import Onboarding, build, check_branches
from connectlib.runtime.engine import Engine
from connectlib.runtime.joining import async_open_joined, enter, leave, refuse_inside
from connectlib.runtime.pump import pump
from connectlib.runtime.run_async import async_call
from connectlib.runtime.settings import from_environment
from connectlib.wire.explanation import Explanation
from connectlib.wire.params.values import whole

#: How many pieces of due work one call may be asked to do.
LIMIT_MAX = 10**9


class AsyncConnect(AsyncClosing):
    """A marketplace's money: connected accounts, charges, transfers, payouts, and the ledger.

    url: none keeps everything in memory, with a virtual clock; `sqlite:///shop.db`,
    `postgresql://...`: kept there, with the real clock unless one is given. platform: the name
    of your marketplace; several can share a store. country: the platform's, two letters.
    clock: an object with now() in microseconds, such as VirtualClock. cache: False for none.
    fees: a FeeSchedule; published list prices by default. fx: exchange rates, such as
    StaticRates or EcbRates; rough ones for tests by default. processor: what takes the card
    money; a simulator by default. keys: seals personal data at rest, such as LocalKeys(path);
    kept as it is given by default. identities: who checks persons and companies; by default the
    verifier of the test mode. ownership: who checks that bank accounts are the account's own, a
    `ports.bank_verification.BankVerifier`; by default two test numbers are checked alone.
    requirements: what accounts must tell, connectlib.REQUIREMENTS by
    default. files: where the bytes of uploads lie, such as DirectoryFiles(path); in memory where
    everything is. hosted_url: where your web layer serves what people are sent to: account links,
    file links. redirect_uris: where OAuth may send browsers back to. livemode and branches are
    for later releases.

    Opening blocks for a moment: open one client when your process starts and share it; it is
    safe in threads and tasks, and after a fork.

    Raises:
        ConfigurationError: an argument is wrong, or the platform is in another country.
        SchemaError: the database has no schema of ours, or another release's.
        APIConnectionError: the store cannot be reached.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        platform: str = "default",
        country: str = "US",
        livemode: bool = False,
        clock: Any = None,
        cache: Any = None,
        branches: int = 1,
        fees: Any = None,
        fx: Any = None,
        processor: Any = None,
        keys: Any = None,
        identities: Any = None,
        ownership: Any = None,
        requirements: Any = None,
        files: Any = None,
        hosted_url: str = HOSTED,
        redirect_uris: Sequence[str] = (),
    ) -> None:
        try:
            check_branches(branches)
            engine = build(
                url,
                platform=platform,
                country=country,
                livemode=livemode,
                clock=clock,
                cache=cache,
                branches=branches,
                fees=fees,
                fx=fx,
                processor=processor,
                keys=keys,
                onboarding=Onboarding(identities, requirements, ownership),
                files=files,
                hosted_url=hosted_url,
                redirect_uris=redirect_uris,
            )
        except Exception as error:
            found = raised(error)
            if found is None:
                raise
            raise found from error
        self._over(engine)

    def _over(self, engine: Engine) -> None:
        """Put the resources over an engine."""
        self._engine = engine
        self.account_links = AsyncAccountLinks(engine)
        self.account_sessions = AsyncAccountSessions(engine)
        self.accounts = AsyncAccounts(engine)
        self.application_fees = AsyncApplicationFees(engine)
        self.balance = AsyncBalance(engine)
        self.balance_transactions = AsyncBalanceTransactions(engine)
        self.callbacks = AsyncCallbacks(engine)
        self.charges = AsyncCharges(engine)
        self.clock = AsyncClock(engine)
        self.country_specs = AsyncCountrySpecs(engine)
        self.customers = AsyncCustomers(engine)
        self.tokens = AsyncTokens(engine)
        self.events = AsyncEvents(engine)
        self.fees = AsyncFees(engine)
        self.file_links = AsyncFileLinks(engine)
        self.files = AsyncFiles(engine)
        self.fx_quotes = AsyncFxQuotes(engine)
        self.keys = AsyncKeys(engine)
        self.ledger = AsyncLedger(engine)
        self.login_links = AsyncLoginLinks(engine)
        self.oauth = AsyncOauth(engine)
        self.payment_intents = AsyncPaymentIntents(engine)
        self.payment_methods = AsyncPaymentMethods(engine)
        self.payouts = AsyncPayouts(engine)
        self.privacy = AsyncPrivacy(engine)
        self.reconciliation = AsyncReconciliation(engine)
        self.refunds = AsyncRefunds(engine)
        self.setup_intents = AsyncSetupIntents(engine)
        self.testing = AsyncTesting(engine)
        self.transfer_schedules = AsyncTransferSchedules(engine)
        self.transfers = AsyncTransfers(engine)
        self._stories = AsyncStories(engine)

    @classmethod
    def from_env(cls, **arguments: Any) -> Self:
        """A client from CONNECTLIB_DATABASE_URL, CONNECTLIB_PLATFORM and CONNECTLIB_COUNTRY.

        CONNECTLIB_URL is another name of the first. CONNECTLIB_KEYS: `id:base64,id:base64`, as
        `StaticKeys.parse` takes them. Arguments given here win.

        Raises:
            ConfigurationError: as for the class.
        """
        return cls(**{**from_environment(), **arguments})

    @classmethod
    def over(cls, engine: Engine) -> Self:
        """A client over an engine that has been built by hand: for tests and simulations."""
        client = cls.__new__(cls)
        client._over(engine)  # noqa: SLF001 (its own class)
        return client

    async def run_due(self, *, limit: int | None = None) -> int:
        """Do what has fallen due: maturing, payouts, transfers, charges and refunds left open.

        Call it regularly (every minute, say) from a worker of yours; several at once do no
        harm. limit: at most so many pieces. Returns how many were done.

        Raises:
            InvalidRequestError: limit is no int.
            TransactionError: inside a `connect.transaction()` block.
            APIError: the store failed; what was done before stays done.
        """
        engine = self._engine
        try:
            open_or_raise(engine)
            most = None if limit is None else whole(limit, "limit", least=0, most=LIMIT_MAX)
            refuse_inside(engine, "run_due()")
            return await async_call(engine, lambda: pump(engine, limit=most))
        except Exception as error:
            found = raised(error)
            if found is None:
                raise
            raise found from error

    async def explain(self, id: object, *, account: object = None) -> Explanation:
        """The story of an object: who paid whom how much, and who keeps what, from the ledger.

        id: of a charge, payment, refund, transfer, transfer reversal, application fee, fee
        refund or payout, in the namespace of account= (the platform's by default). Print it for
        a text tree; `to_svg()`, `to_mermaid()` and `to_dict()` give other forms, `steps` the
        ledger transfers, in minor units. It only reads; of many children it tells the first ten
        and says how many it leaves out. Objects have it too: `charge.explain()`.

        Raises:
            InvalidRequestError: there is no such object (404), or it has no story.
            PermissionError: account= is not a connected account of this platform.
        """
        return await self._stories.explain(id, account)

    @asynccontextmanager
    async def transaction(self, session: Any) -> AsyncIterator[Self]:
        """Join the application's own transaction for the length of a block.

        session: a SQLAlchemy Session or Connection (AsyncSession or AsyncConnection for the
        awaiting client) with an open transaction on the database of this client. Inside the
        block every call of this thread or task goes into that transaction: ledger, objects and
        events commit with your own rows or not at all. Charges and refunds made inside stay
        `pending` until the next `run_due()`. Keep it short, money last.

        Raises:
            TransactionError: the transaction cannot be joined; the message says why.
            RetryTransaction: another transaction was in the way; roll back and repeat.
        """
        engine = self._engine
        try:
            open_or_raise(engine)
            joined = await async_open_joined(engine, session)
            token = enter(engine, joined)
        except Exception as error:
            found = raised(error, joined=True)
            if found is None:
                raise
            raise found from error
        try:
            yield self
        finally:
            leave(joined, token)

    async def close(self) -> None:
        """Give everything back: connections and threads. Calls after it are refused."""
        self._engine.close()

    async def __aenter__(self) -> Self:
        """The client itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self.close()

    def __repr__(self) -> str:
        world = self._engine.world
        return f"<{type(self).__name__} {world.platform} {world.country} {world.account}>"

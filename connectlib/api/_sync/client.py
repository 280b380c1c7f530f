# Made from connectlib/api/_async/client.py: edit that.
"""The client: one world of one store, and its resources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

from connectlib.api._sync.clock import Clock
from connectlib.api._sync.resources.account_links import AccountLinks
from connectlib.api._sync.resources.account_sessions import AccountSessions
from connectlib.api._sync.resources.accounts import Accounts
from connectlib.api._sync.resources.application_fees import ApplicationFees
from connectlib.api._sync.resources.balance import Balance
from connectlib.api._sync.resources.balance_transactions import BalanceTransactions
from connectlib.api._sync.resources.callbacks import Callbacks
from connectlib.api._sync.resources.charges import Charges
from connectlib.api._sync.resources.country_specs import CountrySpecs
from connectlib.api._sync.resources.customers import Customers
from connectlib.api._sync.resources.events import Events
from connectlib.api._sync.resources.fees import Fees
from connectlib.api._sync.resources.file_links import FileLinks
from connectlib.api._sync.resources.files import Files
from connectlib.api._sync.resources.fx_quotes import FxQuotes
from connectlib.api._sync.resources.keys import Keys
from connectlib.api._sync.resources.ledger import Ledger
from connectlib.api._sync.resources.login_links import LoginLinks
from connectlib.api._sync.resources.oauth import Oauth
from connectlib.api._sync.resources.payment_intents import PaymentIntents
from connectlib.api._sync.resources.payment_methods import PaymentMethods
from connectlib.api._sync.resources.payouts import Payouts
from connectlib.api._sync.resources.privacy import Privacy
from connectlib.api._sync.resources.reconciliation import Reconciliation
from connectlib.api._sync.resources.refunds import Refunds
from connectlib.api._sync.resources.setup_intents import SetupIntents
from connectlib.api._sync.resources.testing import Testing
from connectlib.api._sync.resources.tokens import Tokens
from connectlib.api._sync.resources.transfer_schedules import TransferSchedules
from connectlib.api._sync.resources.transfers import Transfers
from connectlib.api._sync.stories import Stories
from connectlib.api.closing import Closing
from connectlib.api.errors import open_or_raise, raised
from connectlib.flows.ground import HOSTED
from connectlib.runtime.build import Onboarding, build, check_branches
from connectlib.runtime.engine import Engine
from connectlib.runtime.joining import open_joined, enter, leave, refuse_inside
from connectlib.runtime.pump import pump
from connectlib.runtime.run import call
from connectlib.runtime.settings import from_environment
from connectlib.wire.explanation import Explanation
from connectlib.wire.params.values import whole

#: How many pieces of due work one call may be asked to do.
LIMIT_MAX = 10**9


class Connect(Closing):
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
        self.account_links = AccountLinks(engine)
        self.account_sessions = AccountSessions(engine)
        self.accounts = Accounts(engine)
        self.application_fees = ApplicationFees(engine)
        self.balance = Balance(engine)
        self.balance_transactions = BalanceTransactions(engine)
        self.callbacks = Callbacks(engine)
        self.charges = Charges(engine)
        self.clock = Clock(engine)
        self.country_specs = CountrySpecs(engine)
        self.customers = Customers(engine)
        self.tokens = Tokens(engine)
        self.events = Events(engine)
        self.fees = Fees(engine)
        self.file_links = FileLinks(engine)
        self.files = Files(engine)
        self.fx_quotes = FxQuotes(engine)
        self.keys = Keys(engine)
        self.ledger = Ledger(engine)
        self.login_links = LoginLinks(engine)
        self.oauth = Oauth(engine)
        self.payment_intents = PaymentIntents(engine)
        self.payment_methods = PaymentMethods(engine)
        self.payouts = Payouts(engine)
        self.privacy = Privacy(engine)
        self.reconciliation = Reconciliation(engine)
        self.refunds = Refunds(engine)
        self.setup_intents = SetupIntents(engine)
        self.testing = Testing(engine)
        self.transfer_schedules = TransferSchedules(engine)
        self.transfers = Transfers(engine)
        self._stories = Stories(engine)

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

    def run_due(self, *, limit: int | None = None) -> int:
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
            return call(engine, lambda: pump(engine, limit=most))
        except Exception as error:
            found = raised(error)
            if found is None:
                raise
            raise found from error

    def explain(self, id: object, *, account: object = None) -> Explanation:
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
        return self._stories.explain(id, account)

    @contextmanager
    def transaction(self, session: Any) -> Iterator[Self]:
        """Join the application's own transaction for the length of a block.

        session: a SQLAlchemy Session or Connection (Session or Connection for the
        blocking client) with an open transaction on the database of this client. Inside the
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
            joined = open_joined(engine, session)
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

    def close(self) -> None:
        """Give everything back: connections and threads. Calls after it are refused."""
        self._engine.close()

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        world = self._engine.world
        return f"<{type(self).__name__} {world.platform} {world.country} {world.account}>"

namespace Tornadose.SignalR.Tests.Client;

/// <summary>One subscriber on each wire, under load, while the link is cut repeatedly: no message is lost or duplicated.</summary>
public sealed class ClientLedgerTests
{
    private const int Messages = 400;
    private const int Cuts = 20;

    [Fact]
    public async Task Link_IsCutAgainAndAgain_LedgerHoldsOnEveryWire()
    {
        await using var site = await ClientSite.StartAsync();
        var ledger = new Ledger();
        var origin = (await site.PublishAsync(0, 1))[0];
        var subscriptions = new List<StoreSubscription>();
        foreach (var wire in ClientSite.Wires)
        {
            var seen = ledger.Subscriber(wire, wire, origin);
            subscriptions.Add(
                site.CreateClient(wire).Follow("orders", (message, _) => Record(seen, message), start: StartAt.AfterId(origin)));
        }

        string top = origin;
        for (var number = 1; number <= Messages; number++)
        {
            top = (await site.PublishAsync(number, 1))[0];
            ledger.Published(top, $"m{number}");
            if (number % (Messages / Cuts) == 0)
                await CutAsync(site, ledger, top, isQuiet: number % 3 == 0);
        }

        await Eventually.TrueAsync(() => ledger.HasReached(top));
        ledger.Check(top);
        foreach (var subscription in subscriptions)
            await subscription.DisposeAsync();
    }

    /// <summary>Cuts while messages are in flight, or after all have arrived.</summary>
    private static async Task CutAsync(ClientSite site, Ledger ledger, string top, bool isQuiet)
    {
        if (isQuiet)
            await Eventually.TrueAsync(() => ledger.HasReached(top));
        site.Link.Cut();
    }

    private static ValueTask Record(LedgerSubscriber seen, ReceivedMessage message)
    {
        if (message.Reset is { } reset)
            seen.Reset(reset.Reason.ToString(), reset.Id);
        else
            seen.Message(message.Id, message.GetText());
        return ValueTask.CompletedTask;
    }
}

using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// Looks at Redis in regular intervals: (1) compares the positions of all followed stores, in one round trip, which finds messages that the
/// bus has lost; (2) after a silence asks the bus whether it delivers; (3) replaces a connection that answers nothing, delivers nothing, or
/// takes nothing.
/// </summary>
internal sealed class RedisWatch(RedisNode node, NodeQuestions questions, Func<IEnumerable<RedisBackplaneChannel>> channels)
{
    private const int MaxFailures = 2;

    private readonly BusProbe _probe = new(node);
    private int _failures;

    /// <summary>What was found last; null when all is well.</summary>
    public string? Fault { get; private set; } = "Redis has not answered yet";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                Fault = "Connecting to Redis failed; the log says why.";
                node.Logger.WatchFailed(failure);
            }

            // Whatever happened: without a pause a failure that repeats would keep a processor busy, and fill the log.
            await Task.Delay(Pause, node.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private TimeSpan Pause
    {
        get
        {
            var sync = node.Options.SyncInterval - node.Options.Grace;
            return node.Options.ProbeInterval != Timeout.InfiniteTimeSpan
                && node.Options.ProbeInterval < sync ? node.Options.ProbeInterval : sync;
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TendAsync(cancellationToken).ConfigureAwait(false);
            await ComparePositionsAsync(cancellationToken).ConfigureAwait(false); // (1)
            _failures = 0;
            Fault = node.Connection.TakeRefusedWrites()
                ? await ReplaceAsync("it is to a replica, which takes no messages").ConfigureAwait(false) // (3)
                : await ProbeAsync(cancellationToken).ConfigureAwait(false); // (2)
            await questions.ListenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StoreUnavailableException failure)
        {
            Fault = failure.Message;
            if (!node.Connection.IsConnected)
                return; // it comes back by itself
            node.Logger.PositionsUnknown(failure);
            if (++_failures >= MaxFailures)
                Fault = await ReplaceAsync("it does not answer").ConfigureAwait(false); // (3)
        }
        catch (StoreRefusedException failure)
        {
            Fault = failure.Message;
            node.Logger.PositionsUnknown(failure);
        }
    }

    private async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        if (!_probe.IsDue || await _probe.SendAsync(cancellationToken).ConfigureAwait(false))
            return null;
        node.Metrics.ProbeFailed();
        return await ReplaceAsync("it delivers no messages").ConfigureAwait(false);
    }

    /// <summary>
    /// What is missing may just be on its way: reading it ahead of the bus would change its place among messages that have none.
    /// </summary>
    private async Task ComparePositionsAsync(CancellationToken cancellationToken)
    {
        var stores = channels().Select(static channel => channel.Follower).Where(static store => store.IsFollowed).ToArray();
        var asked = Array.ConvertAll(stores, static store => store.Position);
        var tops = await LogReader.ReadTopsAsync(
            node.Connection, stores.Select(static store => store.Keys), cancellationToken).ConfigureAwait(false);
        if (stores.Where((store, i) => store.IsBehind(tops[i], asked[i])).Any())
            await Task.Delay(node.Options.Grace, node.Time, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < stores.Length; i++)
            stores[i].Check(tops[i], asked[i]);
    }

    private Task TendAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(
            channels().Where(static channel => channel.NeedsTending).Select(channel => TendAsync(channel.Follower, cancellationToken)));

    private static async Task TendAsync(StoreFollower store, CancellationToken cancellationToken)
    {
        try
        {
            await store.TendAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StoreRefusedException)
        {
            // Reading the log will say what is wrong. It concerns no other store.
        }
    }

    private async Task<string> ReplaceAsync(string why)
    {
        _failures = 0;
        if (!await node.Connection.TryReplaceAsync(why).ConfigureAwait(false))
            return $"The application's connection to Redis cannot be relied on: {why}";
        node.Metrics.ConnectionReplaced();
        return $"The connection to Redis was replaced: {why}";
    }
}

using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// Checks Redis at regular intervals: (1) compares the positions of all followed stores in one round trip, which finds messages that the
/// bus has lost; (2) probes the bus after a silence; (3) replaces a connection that does not answer, does not deliver, or leads to a
/// server that refuses writes.
/// </summary>
/// <remarks>
/// Each store is checked on its own: a part of a cluster may be down while the stores on the other parts are served as usual.
/// </remarks>
internal sealed class RedisWatch(RedisNode node, NodeQuestions questions, Func<IEnumerable<RedisBackplaneChannel>> channels)
{
    private const int MaxFailures = 2;

    private readonly BusProbe _probe = new(node);
    private int _failures;

    /// <summary>The fault found by the last check; null when there is none.</summary>
    public string? Fault { get; private set; } = "Redis has not answered yet";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            // Every round has a pause: otherwise a repeated failure would keep a processor busy and fill the log. The pause starts before
            // the check, so that the time spent waiting for a server that does not answer is not added to it.
            var pause = Task.Delay(Pause, node.Time, cancellationToken);
            try
            {
                await LookAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure)
            {
                Fault = "Connecting to Redis failed; the log says why.";
                node.Logger.WatchFailed(failure);
            }

            await pause.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _probe.EndAsync().ConfigureAwait(false);
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
        Task<StoreException?>[] looks =
        [
            TryAsync(questions.ListenAsync(cancellationToken)),
            .. channels().Where(static store => store.NeedsTending || store.Follower.IsFollowed)
                .Select(store => TryAsync(LookAtAsync(store, cancellationToken))),
        ];
        var failures = (await Task.WhenAll(looks).ConfigureAwait(false)).OfType<StoreException>().ToList();
        Fault = failures.Count == 0
            ? await ProbeAsync(cancellationToken).ConfigureAwait(false)
            : await JudgeAsync(failures[0], isAll: failures.Count == looks.Length, cancellationToken).ConfigureAwait(false);
    }

    private static async Task LookAtAsync(RedisBackplaneChannel store, CancellationToken cancellationToken)
    {
        try
        {
            if (store.NeedsTending)
                await store.Follower.TendAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StoreRefusedException)
        {
            // Reading the log reports the error.
        }

        if (store.Follower.IsFollowed)
            await store.Follower.CompareAsync(cancellationToken).ConfigureAwait(false); // (1)
    }

    private static async Task<StoreException?> TryAsync(Task look)
    {
        try
        {
            await look.ConfigureAwait(false);
            return null;
        }
        catch (StoreException failure)
        {
            return failure;
        }
    }

    private async Task<string?> JudgeAsync(StoreException failure, bool isAll, CancellationToken cancellationToken)
    {
        if (!node.Connection.IsConnected)
            return failure.Message; // it reconnects automatically
        node.Logger.PositionsUnknown(failure);
        if (node.Connection.TakeRefusedWrites())
            return await ReplaceAsync("it leads to a replica, which refuses writes").ConfigureAwait(false); // (3)
        if (!isAll || await node.Connection.AnswersAsync(cancellationToken).ConfigureAwait(false))
        {
            _failures = 0;
            return $"A part of Redis does not answer: {failure.Message}";
        }

        return await CountAsync(failure).ConfigureAwait(false);
    }

    private async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (node.Connection.TakeRefusedWrites())
                return await ReplaceAsync("it leads to a replica, which refuses writes").ConfigureAwait(false); // (3)
            var delivers = !_probe.IsDue || await _probe.SendAsync(cancellationToken).ConfigureAwait(false); // (2)
            _failures = 0;
            if (delivers)
                return null;
            node.Metrics.ProbeFailed();
            return await ReplaceAsync("it delivers no messages").ConfigureAwait(false); // (3)
        }
        catch (StoreUnavailableException failure)
        {
            return await CountAsync(failure).ConfigureAwait(false);
        }
        catch (StoreRefusedException failure)
        {
            return failure.Message;
        }
    }

    private async Task<string> CountAsync(StoreException failure) =>
        ++_failures < MaxFailures ? failure.Message : await ReplaceAsync("it does not answer").ConfigureAwait(false); // (3)

    private async Task<string> ReplaceAsync(string why)
    {
        _failures = 0;
        if (!await node.Connection.TryReplaceAsync(why).ConfigureAwait(false))
            return $"The application's connection to Redis cannot be relied on: {why}";
        node.Metrics.ConnectionReplaced();
        return $"The connection to Redis was replaced: {why}";
    }
}

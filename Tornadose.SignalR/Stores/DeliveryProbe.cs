using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Stores;

/// <summary>
/// Checks that messages are delivered, not only that the process answers: (1) the backplane reports no fault; (2) a test message takes the
/// path of all messages, through a private log, so that no store keeps it; (3) no reader holds up the other readers of its store; (4) no
/// producer fails.
/// </summary>
internal sealed class DeliveryProbe(StoreProvider stores, IBackplane backplane, TimeProvider time)
{
    /// <summary>A check that takes longer is a fault.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Describes a fault in a sentence for operators; null if there is none.</summary>
    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        if (await AskBackplaneAsync(cancellationToken).ConfigureAwait(false) is { } fault) // (1)
            return fault;
        if (!await DeliversAsync(cancellationToken).ConfigureAwait(false)) // (2)
            return $"A test message was not delivered within {Patience.TotalSeconds} s: the thread pool has no free thread.";
        return await FindStuckAsync(cancellationToken).ConfigureAwait(false) is { } stuck // (3)
            ? $"One subscriber of store '{stuck}' has held up the others for {Patience.TotalSeconds} s: " +
                "a transport blocks the thread that serves them all."
            : stores.All.Select(static store => store.Producer?.Fault).FirstOrDefault(static fault => fault is not null); // (4)
    }

    private async Task<string?> AskBackplaneAsync(CancellationToken cancellationToken)
    {
        try
        {
            var asked = backplane.FindFaultAsync(cancellationToken).AsTask();
            return await asked.WaitAsync(Patience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return $"The backplane did not answer the health check within {Patience.TotalSeconds} s.";
        }
    }

    private async Task<bool> DeliversAsync(CancellationToken cancellationToken)
    {
        await using var channel = new LocalBackplane(time).Open("probe", new MessageLogLimits(1, maxBytes: 1));
        var cursor = MessageCursor.Open(channel.Log, SlowConsumerPolicy.Reset, StartAt.Now, newestWins: false);
        var arrived = cursor.WaitToReadAsync(cancellationToken).AsTask();
        await channel.AppendAsync(new MessageContent(default, MessageFormat.Text, null), null, cancellationToken).ConfigureAwait(false);
        try
        {
            return await arrived.WaitAsync(Patience, time, cancellationToken).ConfigureAwait(false) && cursor.TryRead(out StoreMessage? _);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task<string?> FindStuckAsync(CancellationToken cancellationToken)
    {
        var suspects = (from store in stores.All from pump in store.Log.Signal.Busy select (store.Name, Pump: pump, pump.Turns)).ToList();
        for (var began = time.GetTimestamp(); suspects.Count > 0; await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false))
        {
            suspects.RemoveAll(static suspect => !suspect.Pump.IsBusy || suspect.Pump.Turns != suspect.Turns);
            if (suspects.Count > 0 && time.GetElapsedTime(began) >= Patience)
                return suspects[0].Name;
        }

        return null;
    }
}

using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Stores;

/// <summary>
/// Finds out whether messages are delivered, not only whether somebody answers: (1) the backplane says what it knows; (2) a message goes
/// the way of all messages, through a log that nobody else sees, so that nothing is left in anybody's store; (3) no store's readers are
/// held up by one of them; (4) what fills stores does not fail.
/// </summary>
internal sealed class DeliveryProbe(StoreProvider stores, IBackplane backplane, TimeProvider time)
{
    /// <summary>What takes longer is a fault.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>What is wrong, in a sentence for operators; null when nothing is.</summary>
    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        if (await AskBackplaneAsync(cancellationToken).ConfigureAwait(false) is { } fault) // (1)
            return fault;
        if (!await DeliversAsync(cancellationToken).ConfigureAwait(false)) // (2)
            return $"A message was not delivered within {Patience.TotalSeconds} s: the thread pool has no thread for it.";
        return await FindStuckAsync(cancellationToken).ConfigureAwait(false) is { } stuck // (3)
            ? $"The subscribers of store '{stuck}' have waited for {Patience.TotalSeconds} s for one of them: " +
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
            return $"The backplane has not said within {Patience.TotalSeconds} s whether it works.";
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

using System.Text;

namespace Tornadose.SignalR.Specifications;

/// <summary>
/// A reader that builds the state of a keyed store only from the messages it reads: the test's own implementation of the protocol.
/// </summary>
internal sealed class KeyedReader
{
    public Dictionary<string, string> State { get; } = new(StringComparer.Ordinal);

    /// <summary>The id to resume after; null before the first message.</summary>
    public string? LastId { get; private set; }

    public bool IsComplete { get; private set; }

    public int Resets { get; private set; }

    public int Messages { get; private set; }

    /// <summary>Applies a message.</summary>
    /// <param name="message">The message.</param>
    public void Apply(StoreMessage message)
    {
        LastId = message.Reset?.Id ?? message.Id;
        Messages++;
        if (message.Reset is not null)
        {
            Resets++;
            return;
        }

        switch (message.Change)
        {
            case StoreChange.Insert or StoreChange.Update:
                State[message.Key!] = Encoding.UTF8.GetString(message.Value.Span);
                break;
            case StoreChange.Delete:
                State.Remove(message.Key!);
                break;
            case StoreChange.Clear:
                State.Clear();
                break;
            case StoreChange.SnapshotStart:
                Assert.Empty(State); // a reader with state was told to clear it
                IsComplete = false;
                break;
            case StoreChange.SnapshotEnd:
                IsComplete = true;
                break;
            default:
                Assert.Fail($"A keyed store has no such message: {message.GetText()}");
                break;
        }
    }
}

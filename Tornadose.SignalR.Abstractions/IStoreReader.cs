namespace Tornadose.SignalR;

/// <summary>
/// Reads one store, in the process that keeps it or over a wire: first what the store keeps, then what is published after that. Its
/// members may be called from any thread, but only one read at a time may run.
/// </summary>
public interface IStoreReader
{
    /// <summary>The store's name.</summary>
    string Store { get; }

    /// <summary>What the read is doing.</summary>
    StoreSubscriptionState State { get; }

    /// <summary>Raised after a change of <see cref="State"/>, on any thread.</summary>
    event Action? StateChanged;

    /// <summary>Returns what the store keeps. Over a wire, a server that cannot be reached is asked again until it answers.</summary>
    /// <param name="seen">
    /// An id that was read before, perhaps from another node: in process, the snapshot is not older than that. Null for none.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The snapshot.</returns>
    /// <exception cref="StoreException">The store cannot be read, for a reason that another attempt would not change.</exception>
    Task<StoreSnapshot> GetSnapshotAsync(string? seen, CancellationToken cancellationToken);

    /// <summary>Reads what is published after an id. A lost connection is made again, and the read resumes where it stopped.</summary>
    /// <param name="kind">What the store keeps, as its snapshot says.</param>
    /// <param name="after">The id of a snapshot, or of the last message that was read.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>
    /// The messages, and resets where messages are missing. It ends when the store is complete, or will deliver nothing more:
    /// <see cref="State"/> says which.
    /// </returns>
    /// <exception cref="StoreException">The store cannot be read, for a reason that another attempt would not change.</exception>
    IAsyncEnumerable<StoreMessage> ReadAsync(StoreKind kind, string after, CancellationToken cancellationToken);

    /// <summary>Returns a message's value; in a keyed store, the value of its key.</summary>
    /// <typeparam name="T">Its type. Text is returned as a <see cref="string"/>; anything else is read from JSON.</typeparam>
    /// <param name="message">A message that this reader has returned.</param>
    /// <returns>The value.</returns>
    /// <exception cref="MessageFormatException">The message is not a <typeparamref name="T"/>: another publisher wrote it.</exception>
    /// <exception cref="NotSupportedException">The JSON options have no metadata for the type.</exception>
    T GetValue<T>(StoreMessage message);
}

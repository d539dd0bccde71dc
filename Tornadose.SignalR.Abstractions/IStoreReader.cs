namespace Tornadose.SignalR;

/// <summary>
/// Reads one store, in the process that keeps it or over a wire: first what the store keeps, then what is published after that. Its
/// members may be called from any thread; one reading at a time.
/// </summary>
public interface IStoreReader
{
    /// <summary>The store's name.</summary>
    string Store { get; }

    /// <summary>What the reading is doing.</summary>
    StoreSubscriptionState State { get; }

    /// <summary>Raised after a change of <see cref="State"/>, on any thread.</summary>
    event Action? StateChanged;

    /// <summary>
    /// Gives what the store keeps. Over a wire, a server that cannot be reached is asked again until it answers.
    /// </summary>
    /// <param name="seen">
    /// An id that was read before, perhaps from another node: in process, the snapshot is not older than that. Null for none.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The snapshot.</returns>
    /// <exception cref="StoreException">The store cannot be read, for a reason that another attempt would not change.</exception>
    Task<StoreSnapshot> GetSnapshotAsync(string? seen, CancellationToken cancellationToken);

    /// <summary>Reads what is published after an id. A lost connection is made again, and the reading goes on where it was.</summary>
    /// <param name="kind">What the store keeps, as its snapshot says.</param>
    /// <param name="after">The id of a snapshot, or of the last message that was read.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>
    /// The messages, and resets where messages are missing. It ends when the store is complete, or will give nothing any more:
    /// <see cref="State"/> says which.
    /// </returns>
    /// <exception cref="StoreException">The store cannot be read, for a reason that another attempt would not change.</exception>
    IAsyncEnumerable<StoreMessage> ReadAsync(StoreKind kind, string after, CancellationToken cancellationToken);

    /// <summary>Gives a message's value; of a keyed store, that of its key.</summary>
    /// <typeparam name="T">Its type. Text is a <see cref="string"/> as it is; anything else is read from JSON.</typeparam>
    /// <param name="message">A message that this reader has given.</param>
    /// <returns>The value.</returns>
    /// <exception cref="MessageFormatException">The message is no <typeparamref name="T"/>: somebody else published it.</exception>
    /// <exception cref="NotSupportedException">The JSON options know nothing of the type.</exception>
    T GetValue<T>(StoreMessage message);
}

namespace Tornadose.SignalR.Backplanes;

/// <summary>What one process asks and orders all others that share the stores. For operators and groups, not for messages.</summary>
internal interface INodeQuestions
{
    /// <summary>Answers the others' questions about a subject from now on.</summary>
    /// <param name="subject">One line.</param>
    /// <param name="answer">Called with the question, on any thread.</param>
    void Answer(string subject, Func<string, ValueTask<string>> answer);

    /// <summary>Does what others order from now on, and what they have ordered while this process was away, or not there yet.</summary>
    /// <param name="obey">Called with each order, with several at the same time. It is called with one again when it has thrown, and may
    /// be for other reasons: when an order is new to the backplane's memory, not to this process.</param>
    void Obey(Func<string, ValueTask> obey);

    /// <summary>Asks every other process; one without a handler for the subject answers with an empty string.</summary>
    /// <param name="subject">What the question is about.</param>
    /// <param name="question">The question.</param>
    /// <param name="first">Whether one answer will do that is not empty.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answers of all, or enough of them.</returns>
    /// <exception cref="StoreUnavailableException">The backplane cannot be reached, or a process did not answer in time: what it would
    /// have said is not known.</exception>
    /// <exception cref="StoreRefusedException">The backplane does not let this process ask.</exception>
    Task<IReadOnlyList<string>> AskAsync(string subject, string question, bool first, CancellationToken cancellationToken);

    /// <summary>Asks every other process, and leaves out who does not answer in time.</summary>
    /// <param name="subject">What the question is about.</param>
    /// <param name="question">The question.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answers that came; none when the backplane is away.</returns>
    Task<IReadOnlyList<string>> CollectAsync(string subject, string question, CancellationToken cancellationToken);

    /// <summary>Orders something of every other process. It is kept for a day, for those that are away.</summary>
    /// <param name="order">The order, as <see cref="Obey"/> gets it on the others: this process does what it orders by itself.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when all have obeyed.</returns>
    /// <exception cref="StoreUnavailableException">The order was not kept, or a process did not confirm that it has obeyed; one that
    /// vanished without leaving cannot, for an hour.</exception>
    /// <exception cref="StoreRefusedException">The backplane does not let this process order.</exception>
    Task OrderAsync(string order, CancellationToken cancellationToken);
}

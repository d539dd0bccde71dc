namespace Tornadose.SignalR.Backplanes;

/// <summary>
/// Questions and orders from one process to all others that share the stores. For operators and groups, not for messages.
/// </summary>
internal interface INodeQuestions
{
    /// <summary>Answers the others' questions about a subject from now on.</summary>
    /// <param name="subject">One line.</param>
    /// <param name="answer">Called with the question, on any thread.</param>
    void Answer(string subject, Func<string, ValueTask<string>> answer);

    /// <summary>
    /// Obeys the orders of others from now on, and those that were given while this process was away or not started yet.
    /// </summary>
    /// <param name="obey">Called with each order, possibly with several at the same time. It is called again with an order for which it
    /// has thrown, and may be for other reasons: the backplane may take an order for new that this process has obeyed.</param>
    void Obey(Func<string, ValueTask> obey);

    /// <summary>Asks every other process; one without a handler for the subject answers with an empty string.</summary>
    /// <param name="subject">What the question is about.</param>
    /// <param name="question">The question.</param>
    /// <param name="first">Whether one answer that is not empty suffices.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answers of all, or enough of them.</returns>
    /// <exception cref="StoreUnavailableException">The backplane cannot be reached, or a process did not answer in time: its answer
    /// is unknown.</exception>
    /// <exception cref="StoreRefusedException">The backplane does not let this process ask.</exception>
    Task<IReadOnlyList<string>> AskAsync(string subject, string question, bool first, CancellationToken cancellationToken);

    /// <summary>Asks every other process, and leaves out those that do not answer in time.</summary>
    /// <param name="subject">What the question is about.</param>
    /// <param name="question">The question.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answers that arrived; none if the backplane cannot be reached.</returns>
    Task<IReadOnlyList<string>> CollectAsync(string subject, string question, CancellationToken cancellationToken);

    /// <summary>Gives an order to every other process. It is kept for a day, for processes that are away.</summary>
    /// <param name="order">The order, as <see cref="Obey"/> gets it on the others; this process carries it out by itself.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when all have obeyed.</returns>
    /// <exception cref="StoreUnavailableException">The order was not kept, or a process did not confirm that it has obeyed. One that
    /// vanished without leaving counts as unconfirmed for an hour.</exception>
    /// <exception cref="StoreRefusedException">The backplane does not let this process order.</exception>
    Task OrderAsync(string order, CancellationToken cancellationToken);
}

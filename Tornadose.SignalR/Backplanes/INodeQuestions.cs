namespace Tornadose.SignalR.Backplanes;

/// <summary>Questions of one process to all others that share the stores. For operators and groups, not for messages: an answer that does not come in time is left out.</summary>
internal interface INodeQuestions
{
    /// <summary>Answers the others' questions about a subject from now on.</summary>
    /// <param name="subject">One line.</param>
    /// <param name="answer">Called with the question, on any thread.</param>
    void Answer(string subject, Func<string, ValueTask<string>> answer);

    /// <summary>Asks all others. Who knows nothing of the subject answers by nothing.</summary>
    /// <param name="subject">What the question is about.</param>
    /// <param name="question">The question.</param>
    /// <param name="first">Whether one answer will do that is not empty.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answers that came; none when the backplane is away.</returns>
    Task<IReadOnlyList<string>> AskAsync(string subject, string question, bool first, CancellationToken cancellationToken);
}

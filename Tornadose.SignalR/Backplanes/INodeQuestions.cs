namespace Tornadose.SignalR.Backplanes;

/// <summary>Questions of one process to all others that share the stores. For operators, not for messages: an answer that does not come in time is left out.</summary>
internal interface INodeQuestions
{
    /// <summary>Answers the others' questions from now on.</summary>
    /// <param name="answer">Called with the question, on any thread.</param>
    void Answer(Func<string, string> answer);

    /// <summary>Asks all others.</summary>
    /// <returns>The answers that came; none when the backplane is away.</returns>
    Task<IReadOnlyList<string>> AskAsync(string question, CancellationToken cancellationToken);
}

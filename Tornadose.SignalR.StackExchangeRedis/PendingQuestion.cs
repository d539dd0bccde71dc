namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>A question and the nodes that have yet to answer it.</summary>
/// <param name="others">The nodes that are asked.</param>
/// <param name="first">Whether the first answer that is not empty suffices.</param>
internal sealed class PendingQuestion(IEnumerable<string> others, bool first)
{
    private readonly HashSet<string> _missing = new(others, StringComparer.Ordinal);
    private readonly List<string> _answers = [];
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Answered => _answered.Task;

    public (IReadOnlyList<string> Answers, int Missing) Result
    {
        get
        {
            lock (_missing)
                return ([.. _answers], _missing.Count);
        }
    }

    public void Take(string from, string answer)
    {
        lock (_missing)
        {
            if (!_missing.Remove(from))
                return;
            _answers.Add(answer);
            if (_missing.Count == 0 || (first && answer.Length > 0))
                _answered.TrySetResult();
        }
    }
}

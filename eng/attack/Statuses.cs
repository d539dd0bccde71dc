using System.Collections.Concurrent;

namespace Tornadose.Attack;

/// <summary>Counts the statuses of many requests.</summary>
internal sealed class Statuses
{
    private readonly ConcurrentDictionary<int, int> _counts = new();

    public int this[int status] => _counts.GetValueOrDefault(status);

    /// <summary>Sends <paramref name="count"/> requests, <paramref name="atOnce"/> at a time.</summary>
    public Task RunAsync(int count, int atOnce, Func<int, Task<int>> send) => Parallel.ForEachAsync(
        Enumerable.Range(0, count),
        new ParallelOptions { MaxDegreeOfParallelism = atOnce },
        async (number, _) => _counts.AddOrUpdate(await send(number), 1, static (_, had) => had + 1));

    public override string ToString() =>
        string.Join(", ", _counts.OrderBy(static pair => pair.Key).Select(static pair => $"{pair.Key}: {pair.Value}"));
}

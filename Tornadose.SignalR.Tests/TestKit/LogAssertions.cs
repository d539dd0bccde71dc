using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.Tests.TestKit;

internal static class LogAssertions
{
    /// <summary>Fails when anything at or above <paramref name="level"/> was logged.</summary>
    public static void AssertNothingFrom(this FakeLogCollector logs, LogLevel level)
    {
        // Kestrel warns when its own heartbeat is late, as it is on a busy machine.
        var bad = logs.GetSnapshot().Where(record => record.Level >= level && record.Id.Name != "HeartbeatSlow").ToArray();
        if (bad.Length > 0)
            Assert.Fail($"{bad.Length} log records from {level}:\n{string.Join('\n', bad.Take(10).Select(Whole))}");
    }

    public static void AssertNoErrors(this FakeLogCollector logs) => logs.AssertNothingFrom(LogLevel.Error);

    /// <summary>All text of a record: its message, its structured values and its exception.</summary>
    public static string Whole(this FakeLogRecord record)
    {
        var values = record.State is IEnumerable<KeyValuePair<string, string?>> pairs ? string.Join(' ', pairs) : $"{record.State}";
        return $"{record.Level} {record.Category}[{record.Id}] {record.Message} {values} {record.Exception}".TrimEnd();
    }
}

using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.Tests.Diagnostics;

public sealed class LogLineTests
{
    private static readonly LoggerMessageAttribute[] Lines =
    [
        .. new[] { "Tornadose.SignalR", "Tornadose.SignalR.Sqlite", "Tornadose.SignalR.StackExchangeRedis" }.SelectMany(
            name => Assembly.Load(name).GetTypes())
            .SelectMany(type => type.GetMethods(
                BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>(),
    ];

    [Fact]
    public void EventIds_OfAllLogLines_AreUnique()
    {
        Assert.True(Lines.Length > 10);
        Assert.Empty(Lines.GroupBy(line => line.EventId).Where(same => same.Count() > 1)
            .Select(same => $"{same.Key}: {string.Join(" / ", same.Select(line => line.Message))}"));
    }

    [Fact]
    public void Messages_OfAllLogLines_AreUniqueSentences()
    {
        Assert.All(Lines, line => Assert.True(line.Message.EndsWith('.') || line.Message.EndsWith('?'), line.Message));
        Assert.Equal(Lines.Length, Lines.Select(line => line.Message).Distinct().Count());
    }
}

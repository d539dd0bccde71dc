using Tornadose.SignalR.Tests.Blazor;
using Tornadose.SignalR.Tests.Containers;
using Tornadose.SignalR.Tests.DirectSending;
using Tornadose.SignalR.Tests.Endpoints;
using Tornadose.SignalR.Tests.JavaScript;
using Tornadose.SignalR.Tests.Packaging;
using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.Sqlite;
using Tornadose.SignalR.Tests.StackExchangeRedis;
using Tornadose.SignalR.Tests.TestKit;
using Tornadose.SignalR.Tests.Tool;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>
/// Starts the classes that take minutes first. In any other order one of them starts when all others are done, and the run waits for it
/// on one core.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        nameof(ConsumerTests), nameof(ContainerTests), nameof(ScriptTests), nameof(DashboardConnectionTests), nameof(RenderModeTests),
        nameof(DashboardLooksTests), nameof(DashboardPageTests), nameof(MiddlewareMatrixTests), nameof(SqliteKeyedStoreSpecification),
        nameof(ViewNodeKilledTests), nameof(DemoTests), nameof(DirectSendBytesTests), nameof(DoctorTests),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(static collection => Rank(collection.TestCollectionDisplayName))];

    private static int Rank(string collection)
    {
        var rank = Array.FindIndex(Long, name => collection.Contains($".{name} ", StringComparison.Ordinal));
        return rank < 0 ? Long.Length : rank;
    }
}

namespace BlazorDashboard.Stores;

/// <summary>This process as one of those that show the same stores.</summary>
/// <param name="Name">What the page calls it.</param>
/// <param name="Redis">The Redis by which the stores are shared; null if they belong to this process.</param>
public sealed record DashboardNode(string Name, string? Redis)
{
    /// <summary>Whether other processes publish to the same stores.</summary>
    public bool IsShared => Redis is not null;

    /// <inheritdoc cref="StoreName.Own"/>
    public string Own(string store) => StoreName.Own(store, IsShared ? Name : null);

    /// <summary>Reads <c>--redis</c>, or the connection string <c>redis</c> as an AppHost sets it, and <c>--node</c>.</summary>
    public static DashboardNode From(IConfiguration configuration) =>
        new(configuration["node"] ?? $"{Environment.MachineName}-{Environment.ProcessId}",
            configuration["redis"] ?? configuration.GetConnectionString("redis"));
}

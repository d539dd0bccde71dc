namespace Tornadose.Attack;

/// <summary>The latency of an honest reader while the server is not attacked.</summary>
internal static class Idle
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    public static async Task<TimeSpan> MeasureAsync()
    {
        using var server = await ServerProcess.StartAsync();
        var reader = await HonestReader.StartAsync(server.Port);
        await Task.Delay(Duration);
        return (await reader.StopAsync()).P95;
    }
}

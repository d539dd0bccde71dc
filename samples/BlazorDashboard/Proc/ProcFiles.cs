namespace BlazorDashboard.Proc;

/// <summary>The kernel's text files. Every reader uses it, so that a test can provide its own directory.</summary>
public sealed class ProcFiles(string root = "/proc")
{
    /// <summary>The numbers of all processes; none where the operating system has no such directory.</summary>
    public IReadOnlyList<string> Processes()
    {
        try
        {
            return [.. Directory.EnumerateDirectories(root).Select(Path.GetFileName).OfType<string>()
                .Where(name => name.All(char.IsAsciiDigit))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The whole text of a file, or <see langword="null"/> where the operating system has no such file.</summary>
    public string? Read(string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(root, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

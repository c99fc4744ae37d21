package com.example.tally;

import java.io.IOException;
import java.io.Reader;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;

/** How often each value stands in a column of a CSV file. */
final class Tally {
    private Tally() {}

    /** Value to count, sorted; IllegalArgumentException when there is no such column. */
    static Map<String, Integer> count(Reader csv, String column) throws IOException {
        CSVFormat format = CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).build();
        Map<String, Integer> counts = new TreeMap<>();
        for (CSVRecord row : format.parse(csv)) {
            counts.merge(row.get(column), 1, Integer::sum);
        }
        return counts;
    }
}
